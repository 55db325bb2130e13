import type { Results, Row } from "../results";
import { goals } from "./goals";
import { markdownTable, number } from "./markdown";

const KiB = 1024;

function size(bytes: number | undefined): string {
  if (bytes === undefined) {
    return "";
  }
  return bytes < KiB * KiB ? `${(bytes / KiB).toFixed(0)} KiB` : `${(bytes / KiB / KiB).toFixed(1)} MiB`;
}

const text = (value: number | undefined): string => (value === undefined ? "" : String(value));

const COST_HEAD = [
  ["clusters", "operation", "state written", "wall s", "CPU s", "of it plugins", "peak MiB", "of it plugins"],
  ["outside of plugins", "plugin processes", "resources", "steps", "state"],
].flat();

function costRow({ seen, ...row }: Row): readonly string[] {
  return [
    String(row.clusters),
    row.failed === undefined ? row.operation : `${row.operation} (**failed**)`,
    row.checkpoints ?? "",
    number(row.wallSeconds),
    number(row.cpuSeconds),
    number(seen?.cpu.providers),
    number(seen?.peakMiB, 0),
    number(seen?.peakProvidersMiB, 0),
    number(seen?.peakOutsideMiB, 0),
    text(seen?.providers),
    text(row.resources),
    text(row.steps),
    size(row.stateBytes),
  ];
}

const WHERE_HEAD = ["clusters", "operation", "CLI", "language host", "program", "its kubectl", "plugins"];

/** Who took the CPU time, for the rows with a state that is written once. */
function whereRow({ clusters, operation, cpuSeconds, seen }: Row): readonly string[] {
  const cpu = seen?.cpu;
  const known = Object.values<number>({ ...cpu }).reduce((sum, each) => sum + each, 0);
  return [
    String(clusters),
    operation,
    number(cpu?.cli),
    number(cpu?.languageHost),
    number(cpu?.program),
    number(cpu?.ranByProgram),
    number(cpu?.providers),
    number(cpu?.ranByProviders),
    number(Math.max(0, cpuSeconds - known)),
  ];
}

function floorRow({ clusters, wallSeconds, cpuSeconds, requests }: Row): readonly string[] {
  const pairs = (clusters * (clusters - 1)) / 2;
  return [String(clusters), text(requests), number(wallSeconds, 2), number(cpuSeconds, 2), String(pairs)];
}

function ofMode(rows: readonly Row[], mode: string): readonly Row[] {
  return rows.filter((row) => row.mode === mode);
}

const INTRODUCTION = `# What a mesh costs

Written by \`npm run bench\` from [results.json](results.json); \`npm run bench -- --render\` writes it again. Clusters are as many as the table
says, on at most four real API servers: each has a \`kube-system\` of its own behind a proxy, with the objects of Cilium's chart. There are no
nodes, so nothing rolls out, and no agent is asked. Everything runs on one machine, API servers and their etcds too; their time counts in the
wall time and not in the CPU time.

- **CPU** is what the kernel counted for the CLI and all that it started, plugins and kubectl included. The parts are as last seen, up to half a
  second before the end; a process that was never seen counts as *not seen*.
- **Memory** is the peak of the sum of proportional sizes (what processes share counts once), looked at every half a second, and less often
  where a look takes long. The two parts have their peaks at different times.
- **State written**: the file backend writes the whole state *at every step*. *At the end*: with \`PULUMI_SKIP_CHECKPOINTS=true\`, once.
- **Steps** are those of the engine's event log. A stack's first preview also fills kubectl's cache of what each API server can do.
- **Cluster added** and **removed**: the last one, to and from the size; with two clusters a third one.`;

const TITLES: Readonly<Record<string, string>> = {
  trivial: "A trivial program of as many resources",
  split: "An authority stack and a cluster stack for each cluster, 8 at a time: time of all, and the largest state",
};

function section(title: string, body: string): string {
  return `## ${title}\n\n${body}`;
}

/** The report in Markdown. */
export function report({ date, machine, versions, remark, rows }: Results): string {
  const mesh = ofMode(rows, "single");
  const held = goals(rows).map(({ goal, measured, met }) => [
    goal,
    measured,
    met === undefined ? "" : met ? "met" : "**not met**",
  ]);
  const others = [...new Set(rows.map(({ mode }) => mode))].filter((mode) => !["single", "floor"].includes(mode));
  const once = mesh.filter(({ checkpoints }) => checkpoints === "at the end");
  return `${[
    INTRODUCTION,
    `Machine: ${machine}  \nVersions: ${versions}  \nDate: ${date}`,
    ...(remark === undefined ? [] : [remark]),
    "![Wall and CPU time over the number of clusters](cost.svg)",
    section("Goals", markdownTable(["goal", "measured", ""], held)),
    section("The mesh in one stack", markdownTable(COST_HEAD, mesh.map(costRow))),
    section(
      "Where its CPU time goes",
      `Seconds, with the state written at the end.\n\n${markdownTable([...WHERE_HEAD, "commands of plugins", "not seen"], once.map(whereRow))}`,
    ),
    section(
      "The floor",
      "The same objects by server-side apply from one process through the same proxy, and nothing else: no checks, no keys, no state. Beside it " +
        `what a tool that connects pairs has to do.\n\n${markdownTable(["clusters", "objects", "wall s", "CPU s", "connects of a pairwise tool"], ofMode(rows, "floor").map(floorRow))}`,
    ),
    ...others.map((mode) =>
      section(TITLES[mode] ?? `Mode: ${mode}`, markdownTable(COST_HEAD, ofMode(rows, mode).map(costRow))),
    ),
    ...failures(rows),
  ].join("\n\n")}\n`;
}

function failures(rows: readonly Row[]): readonly string[] {
  const failed = rows.filter((row) => row.failed !== undefined);
  const said = failed.map(
    (row) => `${row.mode}, ${row.clusters} clusters, ${row.operation}:\n\n\`\`\`\n${(row.failed ?? "").trim()}\n\`\`\``,
  );
  return said.length === 0 ? [] : [section("Failed", said.join("\n\n"))];
}
