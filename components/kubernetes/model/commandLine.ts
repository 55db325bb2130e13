/** The command line of a container, as its pod has it. */
export interface CommandLine {
  readonly command?: readonly string[] | undefined;
  readonly args?: readonly string[] | undefined;
}

const QUOTES = /^["']|["']$/g;

function allFlags({ command = [], args = [] }: CommandLine): readonly (readonly [string, string])[] {
  const words = [...command, ...args].flatMap((each) => (each.startsWith("--") ? [each] : each.split(/\s+/)));
  return words.flatMap((word, index): [string, string][] => {
    const flag = /^--([a-z0-9][-a-z0-9.]*)(?:[=\s]\s*(.*))?$/is.exec(word.replace(QUOTES, ""));
    if (flag?.[1] === undefined) return [];
    const next = words[index + 1];
    const value = flag[2] ?? (next === undefined || next.startsWith("-") ? "true" : next);
    return [[flag[1], value.replace(QUOTES, "")]];
  });
}

/**
 * The flags of a container's program, the last one of each name: `--key=value`, `--key value` and `--key`, on their own or inside a shell's
 * command.
 */
export const flagsOf = (container: CommandLine): ReadonlyMap<string, string> => new Map(allFlags(container));

/** The values of a flag that is a list: parted by commas, and from every time that it is given. */
export function listFlag(container: CommandLine, name: string): readonly string[] {
  return allFlags(container)
    .flatMap(([key, value]) => (key === name ? value.split(",") : []))
    .map((value) => value.trim())
    .filter((value) => value !== "");
}
