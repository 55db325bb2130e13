import type { DiffKind, PropertyDiff } from "../shared/provider";
import { isPlainMap, isUnknown, type Plain, type PlainMap } from "../shared/value";

type Path = readonly (string | number)[];
type Maybe = Plain | undefined;

/** The four views of one place: the patch, the pruned live value, the new input and the old one. Undefined is absent. */
interface Views {
  readonly patch: Plain;
  readonly old: Maybe;
  readonly now: Maybe;
  readonly before: Maybe;
}

const map = (value: Maybe): PlainMap => (isPlainMap(value) ? value : {});
const list = (value: Maybe): readonly Plain[] => (Array.isArray(value) ? value : []);

/** A path as Pulumi prints it: `spec.ports[0]`, `metadata.annotations["a.b/c"]`. */
function printPath(path: Path): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === "number") return `${text}[${String(step)}]`;
    if (/[."[\]]/.test(step)) return `${text}["${step.replaceAll('"', '\\"')}"]`;
    return text === "" ? step : `${text}.${step}`;
  }, "");
}

/** Whether a forced-replacement path such as `.spec.containers[*].image` leads to something at or below a changed place. */
function covers(pattern: string, path: Path, value: Plain): boolean {
  const steps = pattern
    .replaceAll("[*]", ".[*]")
    .split(".")
    .filter((step) => step !== "");
  const follow = (rest: readonly string[], current: Maybe): boolean => {
    const [step, ...others] = rest;
    if (step === undefined) return current !== undefined;
    if (step === "[*]") return Array.isArray(current) && current.some((item) => follow(others, item));
    return isPlainMap(current) && follow(others, current[step]);
  };
  const wrapped = [...path]
    .reverse()
    .reduce<Plain>((inner, step) => (typeof step === "number" ? [inner] : { [step]: inner }), value);
  return follow(steps, wrapped);
}

function kindOf({ patch, old, now }: Views): DiffKind {
  if (patch !== null) return old === undefined ? "add" : "update";
  if (!isUnknown(now)) return "delete";
  return old === undefined ? "add" : "update";
}

/** Turns a merge patch into Pulumi's detailed diff, with a replacement wherever one of the patterns is touched. */
export function patchDiff(
  patch: PlainMap,
  old: PlainMap,
  now: PlainMap,
  forceNew: readonly string[],
): Map<string, PropertyDiff> {
  const diffs = new Map<string, PropertyDiff>();

  const value = (path: Path, views: Views, inList: boolean): void => {
    const { patch: change, old: live, now: input, before } = views;
    // What the program never said is the server's own business.
    if (input === undefined && (change !== null || before === undefined)) return;
    if (change !== null && live !== undefined) {
      if (isPlainMap(change) && isPlainMap(live)) {
        maps(path, { patch: change, old: live, now: input, before }, inList);
        return;
      }
      if (Array.isArray(change) && Array.isArray(live)) {
        lists(path, change, live, views);
        return;
      }
      // A list is patched as a whole, so not all in it has changed.
      if (change === live) return;
    }
    const kind = kindOf(views);
    const replace = forceNew.some((pattern) => covers(pattern, path, change));
    diffs.set(printPath(path), { kind, replace, input: change === null && !isUnknown(input) });
  };

  const maps = (path: Path, { patch: change, old: live, now: input, before }: Views, inList: boolean): void => {
    for (const [key, item] of Object.entries(map(change))) {
      value(
        [...path, key],
        { patch: item, old: map(live)[key], now: map(input)[key], before: map(before)[key] },
        inList,
      );
    }
    if (!inList) return;
    for (const [key, item] of Object.entries(map(live))) {
      if (map(change)[key] !== undefined) continue;
      value([...path, key], { patch: null, old: item, now: map(input)[key], before: map(before)[key] }, inList);
    }
  };

  const lists = (path: Path, change: readonly Plain[], live: readonly Plain[], { now: input, before }: Views): void => {
    for (let i = 0; i < Math.max(change.length, live.length); i++) {
      const views = {
        patch: change[i] ?? null,
        old: live[i],
        now: list(input)[i] ?? null,
        before: list(before)[i] ?? null,
      };
      value([...path, i], views, true);
    }
  };

  maps([], { patch, old, now, before: old }, false);
  return diffs;
}
