import { lastLine } from "../../basics/model/lastLine";

/** kubectl's log of its own tries, which its verdict repeats. */
const LOG_LINE = /^[IWEF]\d{4} \d\d:\d\d:\d\d/;
/** A log line whose text goes on over the next lines, up to one that is ` >` alone. */
const LOG_OPENS = /err=<$/;
const LOG_CLOSES = /^ >$/;

/** What kubectl says beside its verdict: where to read more, and what else could be tried. */
const HINT =
  /^(\* )?(https?:\/\/\S*$|see https?:|to learn more|it looks like you are trying|please use the|did you (mean|specify)|(usage|examples?|options):)/i;

/** How kubectl begins its verdict. */
const VERDICT = /^(error\b(?! when| while)|unable to connect|the connection to the server|please enter|kubectl )/i;

/** A verdict that says nothing by itself: what it means comes after it. */
const EMPTY_VERDICT = /^error in configuration:$/i;

/** kubectl was there; what failed, and why, a program said that it ran: in a pod, or for credentials. */
const OF_A_PROGRAM = /^command terminated with exit code|exec: executable .* failed with exit code/;

function wordsOf(text: string): readonly string[] {
  let inLog = false;
  return text.split("\n").flatMap((line): string[] => {
    if (inLog) {
      inLog = !LOG_CLOSES.test(line);
      return [];
    }
    inLog = LOG_LINE.test(line) && LOG_OPENS.test(line);
    const words = line.trim();
    return words === "" || LOG_LINE.test(line) || HINT.test(words) ? [] : [words];
  });
}

/**
 * The line of kubectl's words that says why it failed. That is not the last one: hints, links and install instructions follow it, and a log of
 * its own tries comes before. What a program said that kubectl has run is added, for kubectl has its exit code alone.
 */
export function tellingLine(text: string): string {
  const words = wordsOf(text);
  const verdict = words.findLastIndex((line) => VERDICT.test(line) || OF_A_PROGRAM.test(line));
  const line = words[verdict];
  if (line === undefined) {
    return words.at(-1) ?? lastLine(text).trim();
  }
  if (EMPTY_VERDICT.test(line)) {
    return `${line} ${words[verdict + 1]?.replace(/^\* /, "") ?? ""}`.trim();
  }
  const before = words[verdict - 1];
  return OF_A_PROGRAM.test(line) && before !== undefined && !OF_A_PROGRAM.test(before) ? `${line} (${before})` : line;
}
