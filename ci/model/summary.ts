import { rollingOf, type Rolling } from "./agents";
import { isCluster, withoutMesh } from "./urn";
import type { Finding, Preview, Step } from "./preview";

/** What a run does to one cluster. */
export interface ClusterChange {
  readonly cluster: string;
  readonly kind: "joins" | "leaves" | "rolls" | "changes";
  /** What becomes of its agents. */
  readonly agents: Rolling;
  /** What changes of one that stays, by the ends of the resources' names. */
  readonly what: readonly string[];
}

/** What becomes of certificates: their number, and whose they are where some are renewed or removed. */
export interface Issued {
  readonly made: readonly string[];
  readonly renewed: readonly string[];
  readonly removed: readonly string[];
}

/** What a reviewer wants to know of one stack's preview. */
export interface Summary {
  readonly clusters: readonly ClusterChange[];
  readonly cas: Issued;
  readonly certificates: Issued;
  readonly errors: readonly Finding[];
  readonly policies: readonly Finding[];
  readonly notLookedAt: readonly Finding[];
  readonly warnings: readonly Finding[];
  readonly infos: readonly Finding[];
}

const ROLLS: readonly Rolling["kind"][] = ["all", "outdated", "unknown"];

const CA = "tls:index/selfSignedCert:SelfSignedCert";
const LEAF = "tls:index/locallySignedCert:LocallySignedCert";

/** No agent rolls without this command: it sets name and id. */
const isRollOut = ({ type, name, op }: Step) =>
  type === "command:local:Command" && name.endsWith("-rollout") && op !== "delete" && op !== "read";

const endOf = (name: string, cluster: string) =>
  name.startsWith(`${cluster}-`) ? name.slice(cluster.length + 1) : name;

/** @param isWhole Whether all steps are there: a roll-out may be among those that are left out. */
function clusterChange(cluster: string, steps: readonly Step[], agents: Rolling, isWhole: boolean): ClusterChange {
  const component = steps.find(({ type }) => isCluster(type));
  const what = steps.filter(({ type }) => !isCluster(type)).map(({ name }) => endOf(withoutMesh(name), cluster));
  if (component?.op === "create") return { cluster, kind: "joins", agents, what };
  if (component?.op === "delete") return { cluster, kind: "leaves", agents, what };
  const rolls = ROLLS.includes(agents.kind) && (steps.some(isRollOut) || !isWhole);
  return { cluster, kind: rolls ? "rolls" : "changes", agents, what };
}

function clustersOf(preview: Preview): readonly ClusterChange[] {
  const { steps } = preview;
  const names = [...new Set(steps.flatMap(({ cluster }) => cluster ?? []))].sort();
  const order = { joins: 0, leaves: 1, rolls: 2, changes: 3 };
  return names
    .map((name) =>
      clusterChange(
        name,
        steps.filter(({ cluster }) => cluster === name),
        rollingOf(name, preview),
        preview.stepsLeft === 0,
      ),
    )
    .sort((a, b) => order[a.kind] - order[b.kind]);
}

function issuedOf(steps: readonly Step[], wanted: string): Issued {
  const named = (...ops: readonly Step["op"][]) =>
    steps.flatMap(({ type, op, name }) => (type === wanted && ops.includes(op) ? [name] : [])).sort();
  return { made: named("create", "import"), renewed: named("replace", "update"), removed: named("delete") };
}

/** Turns a preview into what a reviewer wants to know of it. A policy that would open is an error and a policy: it stands with the errors. */
export function summarize(preview: Preview): Summary {
  const { steps, findings } = preview;
  const rest = findings.filter(({ severity }) => severity !== "error");
  const about = (what: Finding["about"]) => rest.filter((each) => each.about === what);
  const other = rest.filter((each) => each.about === "agents" || each.about === "other");
  return {
    clusters: clustersOf(preview),
    cas: issuedOf(steps, CA),
    certificates: issuedOf(steps, LEAF),
    errors: findings.filter(({ severity }) => severity === "error"),
    policies: about("policy"),
    notLookedAt: about("notLookedAt"),
    warnings: other.filter(({ severity }) => severity === "warning"),
    infos: other.filter(({ severity }) => severity === "info"),
  };
}
