import { flagsOf } from "../../kubernetes/model/commandLine";
import type { LiveContainer } from "../../kubernetes/model/liveObject";

/** The options of an agent that its DaemonSet gives it, beside its ConfigMap. */
export interface AgentOptions {
  /** By the key that the option has in `cilium-config`. */
  readonly values: Readonly<Record<string, string>>;
  /** Options whose value cannot be seen: they are taken from another object. */
  readonly unseen: readonly string[];
  /** Objects of which all keys are in the environment, such as `ConfigMap x`: any option that is not in `values` may be among them. */
  readonly elsewhere: readonly string[];
}

interface ConfigMap {
  readonly name: string;
  readonly data: Readonly<Record<string, string>>;
}

/** Of an environment variable: its name, and its value where that can be seen. */
type Variable = readonly [string, string | undefined];

const PREFIX = "CILIUM_";
const VARIABLE = /^CILIUM_[A-Z0-9_]+$/;

/** The option that an environment variable sets (Cilium's `viper` prefix), e.g. `CILIUM_CLUSTERMESH_CONFIG`. */
const optionOf = (variable: string): string => variable.slice(PREFIX.length).toLowerCase().replaceAll("_", "-");

function variableOf(
  { name, value, valueFrom }: NonNullable<LiveContainer["env"]>[number],
  configMap: ConfigMap,
): Variable {
  const reference = valueFrom?.configMapKeyRef;
  const known = reference?.name === configMap.name ? (configMap.data[reference.key] ?? "") : value;
  // A variable without value and source is empty, as in Kubernetes.
  return [name, known ?? (valueFrom == null ? "" : undefined)];
}

/** Whole objects in the environment: the variables of those that are known, and the names of the others that may have an option. */
function wholeObjects({ envFrom }: LiveContainer, configMap: ConfigMap) {
  const all = (envFrom ?? []).map(({ prefix = "", configMapRef, secretRef }) => {
    const isKnown = configMapRef?.name === configMap.name;
    const mayHaveOptions = prefix.startsWith(PREFIX) || PREFIX.startsWith(prefix);
    const object = configMapRef == null ? `Secret ${secretRef?.name ?? ""}` : `ConfigMap ${configMapRef.name ?? ""}`;
    return {
      variables: isKnown ? Object.entries(configMap.data).map(([key, value]): Variable => [prefix + key, value]) : [],
      elsewhere: !isKnown && mayHaveOptions ? [object] : [],
    };
  });
  return {
    variables: all.flatMap(({ variables }) => variables),
    elsewhere: all.flatMap(({ elsewhere }) => elsewhere),
  };
}

/**
 * Reads the options in the environment and on the command line of an agent's container. The command line comes before the environment, and
 * both before the ConfigMap.
 */
export function agentOptions(container: LiveContainer, configMap: ConfigMap): AgentOptions {
  const { variables: whole, elsewhere } = wholeObjects(container, configMap);
  const environment = new Map([...whole, ...(container.env ?? []).map((each) => variableOf(each, configMap))]);
  const variables = [...environment].flatMap(([name, value]) =>
    VARIABLE.test(name) ? [{ key: optionOf(name), value }] : [],
  );
  const flags = flagsOf(container);
  const seen = variables.flatMap(({ key, value }) =>
    value === undefined || value === "" ? [] : [[key, value] as const],
  );
  return {
    values: Object.fromEntries([...seen, ...flags]),
    unseen: variables.flatMap(({ key, value }) => (value === undefined && !flags.has(key) ? [key] : [])),
    elsewhere,
  };
}

/** The object that an option may come from and that was not read; `undefined` where the option's value is known. */
export function hiddenSource(options: AgentOptions | undefined, key: string): string | undefined {
  if (options === undefined || Object.hasOwn(options.values, key)) return undefined;
  return options.unseen.includes(key) ? "another object" : options.elsewhere.join(", ") || undefined;
}
