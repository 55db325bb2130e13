/** The command line of a container, as its pod has it. */
export interface CommandLine {
  readonly command?: readonly string[] | undefined;
  readonly args?: readonly string[] | undefined;
}

const QUOTES = /^["']|["']$/g;

/**
 * The flags of a container's program, the last one of each name: `--key=value`, `--key value` and `--key`, on their own or inside a shell's
 * command.
 */
export function flagsOf({ command = [], args = [] }: CommandLine): ReadonlyMap<string, string> {
  const words = [...command, ...args].flatMap((each) => (each.startsWith("--") ? [each] : each.split(/\s+/)));
  return new Map(
    words.flatMap((word, index): [string, string][] => {
      const flag = /^--([a-z0-9][-a-z0-9.]*)(?:[=\s]\s*(.*))?$/is.exec(word.replace(QUOTES, ""));
      if (flag?.[1] === undefined) {
        return [];
      }
      const next = words[index + 1];
      const value = flag[2] ?? (next === undefined || next.startsWith("-") ? "true" : next);
      return [[flag[1], value.replace(QUOTES, "")]];
    }),
  );
}
