import type { Rolling } from "./agents";
import { code, fenced } from "./escape";
import { isLookOff } from "./findings";
import type { Change, Finding, Preview, Step } from "./preview";
import type { ClusterChange, Issued, Summary } from "./summary";

const plural = (count: number, one: string, many = `${one}s`) => `${count} ${count === 1 ? one : many}`;

const NAMES_SHOWN = 12;

const names = (all: readonly string[]) => {
  const shown = all.slice(0, NAMES_SHOWN).map((name) => code(name, 100));
  return [...shown, ...(all.length > NAMES_SHOWN ? [`and ${all.length - NAMES_SHOWN} more`] : [])].join(", ");
};

/** Why something is not known, behind a colon. */
const because = ({ why }: { readonly why?: string }) => (why === undefined ? "" : `: ${code(why, 200)}`);

type WithAgents = Exclude<Rolling, { readonly kind: "none" | "noAgents" }>;

/** How many agents there are, in brackets. */
function countOf(agents: WithAgents): string {
  if (agents.kind === "unknown") return ` (how many is not known${because(agents)})`;
  if (agents.count === undefined) return " (how many is not known)";
  return agents.kind === "all" ? ` (${plural(agents.count, "agent")})` : ` (of ${plural(agents.count, "agent")})`;
}

const WHERE = {
  all: "",
  outdated: " where they run with another name or id",
  unknown: " where they lack its name or id",
};

const NO_AGENTS = "it has no agents";

/** What becomes of the agents of one that joins or stays. */
function rollLine(agents: Rolling, roll: string): string {
  if (agents.kind === "none") return "its agents do not roll";
  if (agents.kind === "noAgents") return NO_AGENTS;
  const times = agents.kind === "unknown" || agents.times === undefined ? "" : ` ${agents.times}`;
  return `its agents ${roll}${times}${WHERE[agents.kind]}${countOf(agents)}`;
}

/** What becomes of the agents of one that leaves. */
function leaveLine(agents: Rolling): string {
  if (agents.kind === "noAgents") return NO_AGENTS;
  // Who leaves is looked at no more, but for what it loses: where nothing is said of its agents, nothing is known.
  const known: WithAgents = agents.kind === "none" ? { kind: "unknown" } : agents;
  return `its agents roll where they get back a name or id of before${countOf(known)}`;
}

function clusterLine({ cluster, kind, agents, what }: ClusterChange): string {
  const name = `Cluster ${code(cluster, 100)}`;
  switch (kind) {
    case "joins":
      return `${name} **joins**; ${rollLine(agents, "roll")}`;
    case "leaves":
      return `${name} **leaves**; ${leaveLine(agents)}`;
    case "rolls":
      return `${name}: ${rollLine(agents, "**roll**")}; what changes: ${names(what)}`;
    case "changes":
      return `${name} is changed${
        agents.kind === "unknown"
          ? `; whether its agents roll is not known${because(agents)}`
          : ", and its agents do not roll for name and id"
      }; what changes: ${names(what)}`;
  }
}

function issuedLines(what: string, { made, renewed, removed }: Issued): readonly string[] {
  return [
    ...(made.length === 0 ? [] : [`${what} issued: ${made.length}`]),
    ...(renewed.length === 0 ? [] : [`${what} **renewed**: ${renewed.length} (${names(renewed)})`]),
    ...(removed.length === 0 ? [] : [`${what} removed: ${removed.length} (${names(removed)})`]),
  ];
}

const LABELS = { error: "**Error**", warning: "**Warning**", info: "Note" } as const;

/** A finding as an item of a list. */
export function findingLine({ severity, cluster, text }: Finding, label: string = LABELS[severity]): string {
  return `- ${label}${cluster === undefined ? "" : `, cluster ${code(cluster, 100)}`}: ${code(text)}`;
}

/** What a preview had too much of: nothing is said here of what is in it. */
function leftLines({ stepsLeft, findingsLeft }: Preview): readonly string[] {
  const left = [
    ...(stepsLeft === 0 ? [] : [plural(stepsLeft, "resource")]),
    ...(findingsLeft === 0 ? [] : [plural(findingsLeft, "message")]),
  ];
  return left.length === 0 ? [] : [`- **Left out**: ${left.join(" and ")}; \`pulumi preview\` shows them`];
}

/** What stands in the open, most important first. */
export function openLines(preview: Preview, summary: Summary): readonly string[] {
  const { clusters, cas, certificates, errors, policies, notLookedAt, warnings } = summary;
  const changes = [
    ...clusters.map(clusterLine),
    ...issuedLines("CAs", cas),
    ...issuedLines("Certificates", certificates),
  ];
  const isDone = preview.outcome === "succeeded" && changes.length === 0 && preview.stepsLeft === 0;
  return [
    ...errors.map((each) => findingLine(each)),
    ...(preview.outcome === "failed" && errors.length === 0 ? ["- **Error**: the job's log has what went wrong"] : []),
    ...changes.map((line) => `- ${line}`),
    ...(isDone ? ["- No cluster and no certificate changes"] : []),
    ...leftLines(preview),
    ...policies.map((each) => findingLine(each, "**Policy**")),
    ...(preview.onPaper && preview.outcome === "succeeded"
      ? ["- **Not looked at**: the clusters and the stack's state; so everything counts as new"]
      : []),
    ...notLookedAt
      // On paper the live checks are off by us, and that is said already.
      .filter((each) => !(preview.onPaper && isLookOff(each)))
      .map((each) => findingLine(each, "**Not looked at**")),
    ...warnings.map((each) => findingLine(each)),
  ];
}

const SIGNS: Readonly<Record<Step["op"], string>> = {
  create: "+ ",
  update: "~ ",
  replace: "+-",
  delete: "- ",
  import: "= ",
  read: "> ",
  other: "? ",
};

function changeLine({ path, before, after }: Change): string {
  return fenced(`      · ${path}: ${before ?? "(none)"} => ${after ?? "(none)"}`);
}

/** The raw preview, a line for each resource and each property that changes, without those that are secret. */
export function rawLines({ steps, stepsLeft }: Pick<Preview, "steps" | "stepsLeft">): readonly string[] {
  const lines = steps.flatMap(({ op, type, name, changes, secrets }) => [
    fenced(`${SIGNS[op]} ${type} ${name}`),
    ...changes.map(changeLine),
    ...(secrets === 0 ? [] : [`      · (${plural(secrets, "property", "properties")} with secrets)`]),
  ]);
  return stepsLeft === 0 ? lines : [...lines, `(${plural(stepsLeft, "resource")} more)`];
}

const VERBS: readonly (readonly [Step["op"], string])[] = [
  ["create", "create"],
  ["update", "update"],
  ["replace", "replace"],
  ["delete", "delete"],
  ["import", "import"],
];

/** What a preview comes to, in a few words. */
export function headline({ outcome, steps, stepsLeft }: Preview): string {
  if (outcome !== "succeeded") return `**${outcome}**`;
  const counts = VERBS.flatMap(([op, verb]) => {
    const count = steps.filter((step) => step.op === op).length;
    return count === 0 ? [] : [`${count} to ${verb}`];
  });
  const all = [...counts, ...(stepsLeft === 0 ? [] : [`${stepsLeft} more`])];
  return all.length === 0 ? "no changes" : all.join(", ");
}
