import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg, release, totalmem } from "node:os";
import { join, resolve } from "node:path";

/** What a run of the demo came to. */
export interface DemoResult {
  /** What was shown: with nodes and in which mode, or control planes alone. */
  readonly stage: string;
  readonly plugins: string;
  readonly times: readonly { readonly step: string; readonly seconds: string }[];
  /** Lines on traffic that was measured meanwhile. */
  readonly traffic: readonly string[];
  readonly peakMemoryMiB: number;
}

const FILE = join(resolve(__dirname, "..", ".."), "docs", "bench", "walkthrough.md");

const HEAD = "# The walkthrough, timed\n\nRuns of `npm run demo -- --record`, of each kind the last one.\n";

/** Day and machine of a run, and how busy it was: others may work beside. */
function place(): string {
  const [cpu] = cpus();
  const [, load = 0] = loadavg();
  const machine = `${cpus().length} × ${cpu?.model.trim() ?? "unknown processor"}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB`;
  return `${new Date().toISOString().slice(0, 10)}, ${machine}, Linux ${release()}, Node ${process.version}, load ${load.toFixed(0)}`;
}

function sectionOf({ stage, plugins, times, traffic, peakMemoryMiB }: DemoResult, at: string): string {
  const total = times.reduce((sum, { seconds }) => sum + Number(seconds), 0);
  return [
    headingOf(stage),
    "",
    `- ${at}`,
    `- ${plugins}`,
    `- memory taken at the peak, by everything: ${peakMemoryMiB} MiB`,
    "",
    "| step | seconds |",
    "| --- | ---: |",
    ...times.map(({ step, seconds }) => `| ${step} | ${seconds} |`),
    `| **all steps** | **${total.toFixed(1)}** |`,
    "",
    ...(traffic.length === 0 ? [] : ["Traffic meanwhile:", "", ...traffic.map((line) => `- ${line}`), ""]),
  ].join("\n");
}

const headingOf = (stage: string): string => `## ${stage.charAt(0).toUpperCase()}${stage.slice(1)}`;

/** The document with a run in it: in the place of an earlier one of its kind, or at the end. */
export function withRun(document: string, result: DemoResult, at: string): string {
  const sections = document.split(/^(?=## )/m).filter((part) => part.startsWith("## "));
  const isOfItsKind = (section: string) => section.startsWith(`${headingOf(result.stage)}\n`);
  const own = sectionOf(result, at);
  const all = sections.some(isOfItsKind)
    ? sections.map((section) => (isOfItsKind(section) ? own : section))
    : [...sections, own];
  return `${[HEAD, ...all].map((part) => part.trimEnd()).join("\n\n")}\n`;
}

/** Keeps a run in `docs/bench/walkthrough.md`, with the machine that it ran on. */
export function record(result: DemoResult): string {
  mkdirSync(join(FILE, ".."), { recursive: true });
  writeFileSync(FILE, withRun(existsSync(FILE) ? readFileSync(FILE, "utf8") : "", result, place()));
  return FILE;
}
