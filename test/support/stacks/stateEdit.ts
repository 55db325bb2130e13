type Json = Readonly<Record<string, unknown>>;

interface Deployment extends Json {
  readonly deployment: Json & {
    readonly resources: readonly (Json & { readonly urn: string; readonly outputs?: Json })[];
  };
}

const nameOf = ({ urn }: { readonly urn: string }) => urn.split("::").at(-1);

/** Changes outputs of a resource in an exported state: what a state of another day would say. @throws Error where there is no such resource. */
export function withOutputs(exported: string, name: string, outputs: Json): string {
  const state = JSON.parse(exported) as Deployment;
  const { resources } = state.deployment;
  if (!resources.some((each) => nameOf(each) === name)) {
    throw new Error(`the state has no resource ${name}`);
  }
  const changed = resources.map((each) =>
    nameOf(each) === name ? { ...each, outputs: { ...each.outputs, ...outputs } } : each,
  );
  return JSON.stringify({ ...state, deployment: { ...state.deployment, resources: changed } });
}

/** A secret text among the outputs of a resource, out of a state that was exported with its secrets. */
export function secretOutput(exported: string, name: string, output: string): string {
  const state = JSON.parse(exported) as Deployment;
  const value = state.deployment.resources.find((each) => nameOf(each) === name)?.outputs?.[output];
  const plaintext = (value as { readonly plaintext?: string } | undefined)?.plaintext;
  if (plaintext === undefined) {
    throw new Error(`the state has no secret ${output} of ${name}`);
  }
  return JSON.parse(plaintext) as string;
}
