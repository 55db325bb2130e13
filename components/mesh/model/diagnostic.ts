import { EndedError } from "../../basics/model/ending";
import { cut, printable } from "../../basics/model/printable";

/**
 * How much a diagnostic weighs: an `error` refuses the run, a `warning` lets it go on, an `info` is about what it does by itself, and `unseen` is what
 * could not be looked at.
 */
type Severity = "error" | "warning" | "info" | "unseen";

/** What there is to say of a mesh: where, which value, why, and what a person does about it. */
export interface Finding {
  /** The cluster it is about; absent for settings of the whole mesh. */
  readonly cluster?: string;
  /** The configuration property or the live setting, as a user writes it (`etcd.endpoints[0]`, `routing-mode`). */
  readonly property: string;
  /** The value that is there; never a secret. */
  readonly value?: unknown;
  /** What is wrong with it. */
  readonly reason: string;
  /** What would be right, or what to do. */
  readonly fix: string;
}

/** A finding and how much it weighs. They are collected, never thrown one by one, so that one run of `pulumi preview` shows them all. */
export interface Diagnostic extends Finding {
  readonly severity: Severity;
}

const as =
  (severity: Severity) =>
  (finding: Finding): Diagnostic => ({ ...finding, severity });
const those =
  (severity: Severity) =>
  (all: readonly Diagnostic[]): readonly Diagnostic[] =>
    all.filter((each) => each.severity === severity);

export const error = as("error");
export const warning = as("warning");
export const info = as("info");

export const errors = those("error");
export const warnings = those("warning");
export const infos = those("info");
export const unseens = those("unseen");

const VALUE_LENGTH = 120;
const TEXT_LENGTH = 1000;

/** Files that are full of secrets, which a person may have pasted into the wrong place: PEM, PEM in base64, a kubeconfig. */
const PASTED_FILE = /-----BEGIN|LS0tLS1CRUdJTi|apiVersion/;

/** A value as it is shown in a line: as JSON, cut where it gets long. */
function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return PASTED_FILE.test(text) ? "(hidden)" : cut(text, VALUE_LENGTH);
}

/** One line for one of them: `cluster "west": id 3 is also used by cluster "east"; use an id of its own from 1 to 255`. */
export function formatDiagnostic({ cluster, severity, ...finding }: Finding & Partial<Diagnostic>): string {
  const subject = cluster === undefined ? { kind: "mesh" } : { kind: "cluster", name: cluster };
  // What could not be looked at is named, and the reason is a sentence of its own.
  return formatFinding(subject, severity === "unseen" ? { ...finding, property: `${finding.property}:` } : finding);
}

/** The same of anything that has a kind, and a name where there are several: `PrivateKey "ca-key": rsaBits 1024 are fewer than 2048; set it to 2048`. */
export function formatFinding(subject: { readonly kind: string; readonly name?: string }, finding: Finding): string {
  const { property, value, reason, fix } = finding;
  const where = subject.name === undefined ? subject.kind : `${cut(subject.kind, VALUE_LENGTH)} ${shown(subject.name)}`;
  const what = `${cut(property, VALUE_LENGTH)}${value === undefined ? "" : ` ${shown(value)}`}`;
  return printable(`${where}: ${what} ${cut(reason, TEXT_LENGTH)}; ${cut(fix, TEXT_LENGTH)}`);
}

/** Of a list that grows with the agents of a mesh, the first few of each cluster: its own fault is not hidden by those of another one. */
function someOfEach(all: readonly Diagnostic[], most: number): readonly Diagnostic[] {
  const clusters = new Set(all.map(({ cluster }) => cluster));
  const share = Math.max(1, Math.floor(most / clusters.size));
  const seen = new Map<string | undefined, number>();
  return all
    .filter(({ cluster }) => {
      const before = seen.get(cluster) ?? 0;
      seen.set(cluster, before + 1);
      return before < share;
    })
    .slice(0, most);
}

/**
 * The whole list under one heading, ready for the error that stops the run.
 *
 * @param most So many are shown, and the number of the others. @default all
 */
export function formatDiagnostics(heading: string, all: readonly Diagnostic[], most = Infinity): string {
  const count = all.length === 1 ? "1 problem" : `${String(all.length)} problems`;
  const shown = all.length <= most ? all : someOfEach(all, most);
  const left = all.length - shown.length;
  return [
    `${heading} (${count}):`,
    ...shown.map((each) => `  - ${formatDiagnostic(each)}`),
    ...(left === 0 ? [] : [`  … and ${String(left)} more`]),
  ].join("\n");
}

/** What is to be run, as the fix of a finding says it. */
const SAYS_WHAT_TO_RUN = /\brun (?:this|it|pulumi)\b/;

/** The error of some findings, in these words: its own fixes tell whether one says what to run, not what else is in the words. */
export const findingError = (words: string, findings: readonly Finding[]): Error =>
  findings.some(({ fix }) => SAYS_WHAT_TO_RUN.test(fix)) ? new EndedError(words, "saysWhatToRun") : new Error(words);

/** So many are shown of a list that grows with agents, pods or paths. */
export const DIAGNOSTICS_SHOWN = 12;
