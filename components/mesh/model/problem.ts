import { cut, printable } from "../../basics/model/printable";

/**
 * Something wrong with a mesh: where, which value, why it is wrong, and how a person fixes it.
 * Problems are collected, never thrown one by one, so that one run of `pulumi preview` shows them all.
 */
export interface Problem {
  /** The cluster it is about; absent for settings of the whole mesh. */
  readonly cluster?: string;
  /** The configuration property or the live setting, as a user writes it (`etcd.endpoints[0]`, `routing-mode`). */
  readonly property: string;
  /** The offending value; never a secret. */
  readonly value?: unknown;
  /** What is wrong with it. */
  readonly reason: string;
  /** What would be right, or what to do. */
  readonly fix: string;
}

const VALUE_LENGTH = 120;
const TEXT_LENGTH = 1000;

/** Files that are full of secrets, which a person may have pasted into the wrong place: PEM, PEM in base64, a kubeconfig. */
const PASTED_FILE = /-----BEGIN|LS0tLS1CRUdJTi|apiVersion/;

/** A value as it is shown in a problem line: as JSON, cut where it gets long. */
function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return PASTED_FILE.test(text) ? "(hidden)" : cut(text, VALUE_LENGTH);
}

/** One line for one problem: `cluster "west": id 3 is also used by cluster "east"; use an id of its own from 1 to 255`. */
export function formatProblem(problem: Problem): string {
  const where = problem.cluster === undefined ? "mesh" : `cluster ${shown(problem.cluster)}`;
  const value = problem.value === undefined ? "" : ` ${shown(problem.value)}`;
  const what = `${cut(problem.property, VALUE_LENGTH)}${value} ${cut(problem.reason, TEXT_LENGTH)}`;
  return printable(`${where}: ${what}; ${cut(problem.fix, TEXT_LENGTH)}`);
}

/** Of a list that grows with the agents of a mesh, the first few of each cluster: its own fault is not hidden by those of another one. */
function someOfEach(problems: readonly Problem[], most: number): readonly Problem[] {
  const clusters = new Set(problems.map(({ cluster }) => cluster));
  const share = Math.max(1, Math.floor(most / clusters.size));
  const seen = new Map<string | undefined, number>();
  return problems
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
export function formatProblems(heading: string, problems: readonly Problem[], most = Infinity): string {
  const count = problems.length === 1 ? "1 problem" : `${String(problems.length)} problems`;
  const shown = problems.length <= most ? problems : someOfEach(problems, most);
  const left = problems.length - shown.length;
  return [
    `${heading} (${count}):`,
    ...shown.map((problem) => `  - ${formatProblem(problem)}`),
    ...(left === 0 ? [] : [`  … and ${String(left)} more`]),
  ].join("\n");
}

/** So many problems are shown of a list that grows with agents, pods or paths. */
export const PROBLEMS_SHOWN = 12;
