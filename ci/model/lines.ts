import { code, fenced } from "./escape";
import type { Change, Finding, Preview, Step } from "./preview";
import type { ClusterChange, Issued, Summary } from "./summary";

const plural = (count: number, one: string, many = `${one}s`) => `${count} ${count === 1 ? one : many}`;

const NAMES_SHOWN = 12;

const names = (all: readonly string[]) => {
  const shown = all.slice(0, NAMES_SHOWN).map((name) => code(name, 100));
  return [...shown, ...(all.length > NAMES_SHOWN ? [`and ${all.length - NAMES_SHOWN} more`] : [])].join(", ");
};

function clusterLine({ cluster, kind, what }: ClusterChange): string {
  const name = `Cluster ${code(cluster, 100)}`;
  switch (kind) {
    case "joins":
      return `${name} **joins**; its agents roll where they lack its name or id`;
    case "leaves":
      return `${name} **leaves**; its agents roll where they get back a name or id of before`;
    case "rolls":
      return `${name}: its agents **roll**; what changes: ${names(what)}`;
    case "changes":
      return `${name} is changed, and its agents do not roll for name and id; what changes: ${names(what)}`;
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

/** On paper the live checks are off by us, and that is said already. */
const isOfPaper = ({ text }: Finding) => text.startsWith("wait.preflight false ");

/** What stands in the open, most important first. */
export function openLines(preview: Preview, summary: Summary): readonly string[] {
  const { clusters, cas, certificates, errors, policies, notLookedAt, warnings } = summary;
  const changes = [
    ...clusters.map(clusterLine),
    ...issuedLines("CAs", cas),
    ...issuedLines("Certificates", certificates),
  ];
  const isDone = preview.outcome === "succeeded" && changes.length === 0;
  return [
    ...errors.map((each) => findingLine(each)),
    ...(preview.outcome === "failed" && errors.length === 0 ? ["- **Error**: the job's log has what went wrong"] : []),
    ...changes.map((line) => `- ${line}`),
    ...(isDone ? ["- No cluster and no certificate changes"] : []),
    ...policies.map((each) => findingLine(each, "**Policy**")),
    ...(preview.onPaper && preview.outcome === "succeeded"
      ? ["- **Not looked at**: the clusters and the stack's state; so everything counts as new"]
      : []),
    ...notLookedAt
      .filter((each) => !(preview.onPaper && isOfPaper(each)))
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
export function headline({ outcome, steps }: Preview): string {
  if (outcome !== "succeeded") return `**${outcome}**`;
  const counts = VERBS.flatMap(([op, verb]) => {
    const count = steps.filter((step) => step.op === op).length;
    return count === 0 ? [] : [`${count} to ${verb}`];
  });
  return counts.length === 0 ? "no changes" : counts.join(", ");
}
