/** No dots while nothing happens; the outputs come as tables. */
export const QUIET = ["--suppress-progress", "--suppress-outputs"] as const;

const ONLY_BEGUN = /(creating|updating|deleting) \(| running read /;

/** Cuts a stream into lines, and leaves out those that only say that something was begun or read. */
export function steadyLines(line: (text: string) => void): (chunk: Buffer) => void {
  let rest = "";
  return (chunk) => {
    const lines = (rest + chunk.toString()).split("\n");
    rest = lines.pop() ?? "";
    lines.filter((text) => text.trim() !== "" && !ONLY_BEGUN.test(text)).forEach(line);
  };
}

/** Tells what happens, and how long each step took. */
export interface Narrator {
  readonly say: (text: string) => void;
  /** Text from a program, indented under the step it belongs to. */
  readonly quote: (text: string) => void;
  /** A figure that was measured: told, and kept for the end. */
  readonly figure: (text: string) => void;
  readonly step: <T>(title: string, run: () => Promise<T>) => Promise<T>;
  /** The times of all steps so far. */
  readonly times: () => readonly { readonly step: string; readonly seconds: string }[];
  readonly figures: () => readonly string[];
}

function indent(text: string): string {
  return text
    .trimEnd()
    .split("\n")
    .map((line) => `    ${line}\n`)
    .join("");
}

export function narrator(write: (text: string) => void): Narrator {
  const taken: { readonly step: string; readonly seconds: string }[] = [];
  const figures: string[] = [];
  return {
    say: (text) => {
      write(`${text}\n`);
    },
    quote: (text) => {
      write(indent(text));
    },
    figure: (text) => {
      figures.push(text);
      write(indent(text));
    },
    step: async (title, run) => {
      write(`\n== ${title}\n`);
      const begin = Date.now();
      const result = await run();
      taken.push({ step: title, seconds: ((Date.now() - begin) / 1000).toFixed(1) });
      return result;
    },
    times: () => taken,
    figures: () => figures,
  };
}
