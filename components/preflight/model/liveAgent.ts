import { present } from "../../basics/model/own";
import { AGENT_CONTAINER, type CiliumObjects } from "../../cilium/model/agentConfig";
import { agentCount } from "../../cilium/model/agentCount";
import { agentOptions, type AgentOptions } from "../../cilium/model/agentOptions";
import { listFlag } from "../../kubernetes/model/commandLine";
import type { LiveContainer, LiveObject } from "../../kubernetes/model/liveObject";
import { CLUSTERMESH_DIRECTORY } from "../../peers/model/peerFile";

/** What a DaemonSet sets for the agents. */
export interface LiveAgent {
  /** The Secrets that the agents see as a whole in the folder of peer files. */
  readonly clustermeshSecrets: readonly string[];
  /** Those that are mounted there by `subPath`, where there are any. */
  readonly subPathSecrets?: readonly string[];
  /** How many nodes are to run one; absent where the DaemonSet's controller has not said. */
  readonly count?: number;
  /** What runs it; absent where the container has none. */
  readonly image?: string;
  /** The chart that the DaemonSet's labels name: its version is that of the image. */
  readonly chart?: string;
  /** What the DaemonSet sets beside the ConfigMap; absent where that is nothing. */
  readonly options?: AgentOptions;
  /** The Secret whose files are in the folder of the IPsec key, where one is mounted. */
  readonly ipsecSecret?: string;
  /** How a roll-out would start new agents beside old ones that have what the new ones need. */
  readonly surge?: Surge;
  /** How the configuration of the agents is made, where an init container makes it. */
  readonly built?: BuiltConfig;
}

/** What `cilium-dbg build-config` makes an agent's configuration of; without any flag of `cilium-config` and the CiliumNodeConfigs beside it. */
export interface BuiltConfig {
  /** Such as `config-map:cilium-config` or `cilium-node-config:kube-system`. */
  readonly sources: readonly string[];
  /** The keys that later sources may change; empty where that is not limited. */
  readonly allowed: readonly string[];
  /** The keys that later sources may not change, unless some are allowed. */
  readonly denied: readonly string[];
}

/** A roll-out that starts a new agent beside the old one, where only one of them can have something. */
interface Surge {
  readonly maxUnavailable: string;
  readonly maxSurge: string;
  /** Such as `the ports of the node (hostNetwork)`. */
  readonly contested: string;
}

type Mount = NonNullable<LiveContainer["volumeMounts"]>[number];

const mountsAt = ({ volumeMounts }: LiveContainer, folder: string): readonly Mount[] =>
  (volumeMounts ?? []).filter(({ mountPath }) => mountPath.replace(/\/+$/, "") === folder);

const volumesOf = (daemonSet: LiveObject) => daemonSet.spec?.template?.spec.volumes ?? [];

/** The Secrets that are as a whole in the volumes of these mounts: projected there, or mounted. */
function secretsIn(mounts: readonly Mount[], daemonSet: LiveObject): readonly string[] {
  const mounted = new Set(mounts.map(({ name }) => name));
  return volumesOf(daemonSet)
    .filter((each) => mounted.has(each.name))
    .flatMap((each) => [
      { name: each.secret?.secretName, items: each.secret?.items },
      ...(each.projected?.sources ?? []).flatMap(({ secret }) => secret ?? []),
    ])
    .flatMap((secret) => (secret.name === undefined || (secret.items ?? []).length > 0 ? [] : [secret.name]));
}

/** A part of a volume, which the kubelet mounts once and never again. */
const isPart = ({ subPath = "", subPathExpr = "" }: Mount): boolean => subPath !== "" || subPathExpr !== "";

const IPSEC_FOLDER = "/etc/ipsec";

/** The Secret that is mounted where agents have their IPsec key, as the chart has it. */
function ipsecSecret(container: LiveContainer, daemonSet: LiveObject): string | undefined {
  const volume = mountsAt(container, IPSEC_FOLDER)[0]?.name;
  return volumesOf(daemonSet).find(({ name }) => name === volume)?.secret?.secretName;
}

function builtConfig({ spec }: LiveObject): BuiltConfig | undefined {
  const container = (spec?.template?.spec.initContainers ?? []).find(({ command = [], args = [] }) =>
    [...command, ...args].some((word) => /\bbuild-config\b/.test(word)),
  );
  return container === undefined
    ? undefined
    : {
        sources: listFlag(container, "source"),
        allowed: listFlag(container, "allow-config-keys"),
        denied: listFlag(container, "deny-config-keys"),
      };
}

function surgeOf({ spec }: LiveObject): Surge | undefined {
  const { type = "RollingUpdate", rollingUpdate } = spec?.updateStrategy ?? {};
  const { maxUnavailable = 1, maxSurge = 0 } = rollingUpdate ?? {};
  if (type !== "RollingUpdate" || /^0+%?$/.test(String(maxSurge))) return undefined;
  const { hostNetwork, containers = [] } = spec?.template?.spec ?? {};
  const ports = containers.flatMap((each) => (each.ports ?? []).flatMap(({ hostPort = 0 }) => hostPort || []));
  if (hostNetwork !== true && ports.length === 0) return undefined;
  return {
    maxUnavailable: String(maxUnavailable),
    maxSurge: String(maxSurge),
    contested:
      hostNetwork === true ? "the ports of the node (hostNetwork)" : `ports of the node (hostPort ${ports.join(", ")})`,
  };
}

const CHART = "helm.sh/chart";

/**
 * Reads the DaemonSet of the agents.
 *
 * @param data What `cilium-config` holds.
 */
export function agentOf(
  daemonSet: LiveObject,
  cilium: CiliumObjects,
  data: Readonly<Record<string, string>>,
): LiveAgent {
  const containers = daemonSet.spec?.template?.spec.containers ?? [];
  const container = containers.find(({ name }) => name === AGENT_CONTAINER) ?? containers[0] ?? {};
  const mounts = mountsAt(container, CLUSTERMESH_DIRECTORY);
  const parts = secretsIn(mounts.filter(isPart), daemonSet);
  const options = agentOptions(container, { name: cilium.configMap, data });
  const hasOptions = [Object.keys(options.values), options.unseen, options.elsewhere].some((some) => some.length > 0);
  const whole = mounts.filter((each) => !isPart(each));
  return present({
    clustermeshSecrets: secretsIn(whole, daemonSet),
    subPathSecrets: parts.length === 0 ? undefined : parts,
    count: agentCount(daemonSet),
    image: container.image,
    chart: container.image === undefined ? undefined : daemonSet.metadata.labels?.[CHART],
    options: hasOptions ? options : undefined,
    ipsecSecret: ipsecSecret(container, daemonSet),
    surge: surgeOf(daemonSet),
    built: builtConfig(daemonSet),
  });
}
