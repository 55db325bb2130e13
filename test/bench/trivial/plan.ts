/** How many resources the trivial program has, and where its objects go. */
export interface TrivialPlan {
  readonly contexts: readonly string[];
  readonly objects: number;
  readonly keys: number;
  readonly commands: number;
  readonly components: number;
}

/** As many as a mesh has, by the types in its state. */
export function planOf(types: Readonly<Record<string, number>>, contexts: readonly string[]): TrivialPlan {
  const count = (plugin: string) =>
    Object.entries(types).reduce((sum, [type, each]) => sum + (type.startsWith(`${plugin}:`) ? each : 0), 0);
  return {
    contexts,
    objects: count("kubernetes"),
    keys: count("tls"),
    commands: count("command"),
    components: count("clustermesh"),
  };
}
