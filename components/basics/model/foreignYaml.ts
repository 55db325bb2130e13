import { parse } from "yaml";
import { attempt } from "./attempt";

/** What a cluster keeps in one of its files is shorter: a large `etcd-config` takes a tenth of it. */
export const LONGEST_TEXT = 65_536;
/** The parser goes into each of them: with thousands in each other its stack overflows, and a process was seen to end for want of memory. */
const MOST_OPEN_BRACKETS = 100;

function hasOpenBrackets(text: string): boolean {
  let open = 0;
  return (text.match(/[[\]{}]/g) ?? []).some((bracket) => {
    open = "[{".includes(bracket) ? open + 1 : Math.max(0, open - 1);
    return open > MOST_OPEN_BRACKETS;
  });
}

/** A text of a cluster's, read as YAML; nothing where it is none, or more than a file of a cluster can need. */
export const foreignYaml = (text: string): unknown =>
  text.length > LONGEST_TEXT || hasOpenBrackets(text) ? undefined : attempt(() => parse(text) as unknown);
