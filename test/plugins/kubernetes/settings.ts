/** The provider's configuration, environment variables taken into account. */
export interface Settings {
  readonly kubeconfig: string;
  readonly context: string;
  readonly cluster: string;
  readonly namespace: string;
  readonly serverSideApply: boolean;
  readonly patchForce: boolean;
  readonly upsert: boolean;
  readonly secretMutable: boolean;
  readonly configMapMutable: boolean;
  readonly deleteUnreachable: boolean;
  readonly skipUpdateUnreachable: boolean;
  /** Milliseconds for one call; undefined: none. */
  readonly timeout: number | undefined;
}

function clientTimeout(settings: string | undefined, env: string | undefined): number | undefined {
  const parsed: unknown = settings === undefined ? undefined : JSON.parse(settings);
  const own = typeof parsed === "object" && parsed !== null && "timeout" in parsed ? parsed.timeout : undefined;
  const seconds = typeof own === "number" ? own : Number(env ?? Number.NaN);
  return Number.isFinite(seconds) ? seconds * 1_000 : undefined;
}

/** Reads `kubernetes:config:…` variables; where one is missing, `PULUMI_K8S_…` of the environment counts. */
export function readSettings(variables: ReadonlyMap<string, string>, env: NodeJS.ProcessEnv = process.env): Settings {
  const text = (key: string) => variables.get(`kubernetes:config:${key}`) ?? "";
  const flag = (key: string, name: string, fallback: boolean) => {
    const value = variables.get(`kubernetes:config:${key}`) ?? env[`PULUMI_K8S_${name}`];
    return value === undefined ? fallback : value === "true";
  };
  for (const key of ["renderYamlToDirectory"]) {
    if (text(key) !== "") throw new Error(`${key} is not supported by the stand-in of the kubernetes plugin`);
  }
  return {
    kubeconfig: text("kubeconfig"),
    context: text("context"),
    cluster: text("cluster"),
    namespace: text("namespace"),
    serverSideApply: flag("enableServerSideApply", "ENABLE_SERVER_SIDE_APPLY", true),
    patchForce: flag("enablePatchForce", "ENABLE_PATCH_FORCE", false),
    upsert: flag("upsertExistingObjects", "UPSERT_EXISTING_OBJECTS", false),
    secretMutable: flag("enableSecretMutable", "ENABLE_SECRET_MUTABLE", false),
    configMapMutable: flag("enableConfigMapMutable", "ENABLE_CONFIGMAP_MUTABLE", false),
    deleteUnreachable: flag("deleteUnreachable", "DELETE_UNREACHABLE", false),
    skipUpdateUnreachable: flag("skipUpdateUnreachable", "SKIP_UPDATE_UNREACHABLE", false),
    timeout: clientTimeout(variables.get("kubernetes:config:kubeClientSettings"), env["PULUMI_K8S_CLIENT_TIMEOUT"]),
  };
}
