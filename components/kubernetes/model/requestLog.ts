/** The verbosity at which kubectl tells that it has started, and of each request how it was answered. */
export const REQUEST_LOG = "--v=6";

/** What a line on kubectl's standard error is: an answer of the API server, another line of its log, or its words for the user. */
export type LogLine = "answer" | "log" | "words";

const LOG = /^I\d{4} \d\d:\d\d:\d\d\.\d+ /;
/** `GET https://… 200 OK in 5 milliseconds`, and from Kubernetes 1.33 on `"Response" verb="GET" url="https://…" status="200 OK"`. */
const ANSWER = / round_trippers\.go:\d+\] (?:[A-Z]+ \S+ [1-5]\d\d |"Response" .*status="[1-5]\d\d )/;

/** What is left of the log of an answer that is an error: it goes on over the lines after its first, to its closing brackets. */
const DUMP = /^ {2}"[^\n]*":[\s\S]*?\n\}\](\n|$)/gm;

/** kubectl's words without the objects that its log shows beside them. */
export const withoutDumps = (words: string): string => words.replace(DUMP, "");

/** Tells the lines apart. A request that was not answered is logged as well, without a status. */
export const logLine = (line: string): LogLine => (!LOG.test(line) ? "words" : ANSWER.test(line) ? "answer" : "log");
