import { flagsOf } from "../../kubernetes/model/commandLine";
import type { LiveContainer } from "../../kubernetes/model/liveObject";

/** The options of an agent that its DaemonSet gives it, beside its ConfigMap. */
export interface AgentOptions {
  /** By the key that the option has in `cilium-config`. */
  readonly values: Readonly<Record<string, string>>;
  /** Options whose value cannot be seen: they are taken from another object. */
  readonly unseen: readonly string[];
}

const PREFIX = "CILIUM_";

/** The option that an environment variable sets (Cilium's `viper` prefix), e.g. `CILIUM_CLUSTERMESH_CONFIG`. */
const optionOf = (variable: string): string => variable.slice(PREFIX.length).toLowerCase().replaceAll("_", "-");

/**
 * Reads the options in the environment and on the command line of an agent's container. The command line comes before the environment, and
 * both before the ConfigMap.
 *
 * @param configMap Name and data of `cilium-config`, which the environment may refer to.
 */
export function agentOptions(
  container: LiveContainer,
  configMap: { readonly name: string; readonly data: Readonly<Record<string, string>> },
): AgentOptions {
  const variables = (container.env ?? [])
    .filter(({ name }) => name.startsWith(PREFIX))
    .map(({ name, value, valueFrom }) => {
      const reference = valueFrom?.configMapKeyRef;
      const known = reference?.name === configMap.name ? (configMap.data[reference.key] ?? "") : value;
      // A variable without value and source is empty, as in Kubernetes.
      return { key: optionOf(name), value: known ?? (valueFrom == null ? "" : undefined) };
    });
  const flags = flagsOf(container);
  const seen = variables.flatMap(({ key, value }) =>
    value === undefined || value === "" ? [] : [[key, value] as const],
  );
  return {
    values: Object.fromEntries([...seen, ...flags]),
    unseen: variables.flatMap(({ key, value }) => (value === undefined && !flags.has(key) ? [key] : [])),
  };
}
