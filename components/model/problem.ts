/**
 * Something wrong with a mesh, said so that a person can mend it: where, what is there, why that is wrong and what is allowed.
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
  readonly allowed: string;
}

/** A value as it is shown in a problem line: as JSON, cut where it gets long. */
function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}

/** Names and live values can hold anything; a line stays a line, and nothing in it commands a terminal. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return `\\u${code.toString(16).padStart(4, "0")}`;
  });
}

/** One line for one problem: `cluster "west": id 3 is also used by cluster "east"; use an id of its own from 1 to 255`. */
export function formatProblem(problem: Problem): string {
  const where = problem.cluster === undefined ? "mesh" : `cluster ${JSON.stringify(problem.cluster)}`;
  const value = problem.value === undefined ? "" : ` ${shown(problem.value)}`;
  return printable(`${where}: ${problem.property}${value} ${problem.reason}; ${problem.allowed}`);
}

/** The whole list under one heading, ready to be thrown by whoever stops the run. */
export function formatProblems(heading: string, problems: readonly Problem[]): string {
  const count = problems.length === 1 ? "1 problem" : `${String(problems.length)} problems`;
  return [`${heading} (${count}):`, ...problems.map((problem) => `  - ${formatProblem(problem)}`)].join("\n");
}
