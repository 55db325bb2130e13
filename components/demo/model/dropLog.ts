import { cutText, excerpt } from "../../basics/model/bounded";
import { DEMO_PORT } from "./demo";

/** Who sent what a drop log may name. */
export interface Sender {
  readonly client: string;
  readonly ip: string;
}

/** A flow at the end of a line of `cilium-dbg monitor --type drop`: `10.1.0.7:34567 -> 10.2.0.9:6379 tcp SYN`. */
const FLOW = /: (\S+) -> (\S+) tcp\b/;

function flowOf(line: string): { readonly from: string; readonly to: string } | undefined {
  const [, from, to] = FLOW.exec(line) ?? [];
  return from === undefined || to === undefined ? undefined : { from, to };
}

/** Address and port as the monitor writes them; an IPv6 address is bracketed. */
const hostPort = (ip: string, port: string): string => (ip.includes(":") ? `[${ip}]:${port}` : `${ip}:${port}`);

const addressOf = (endpoint: string): string => endpoint.replace(/:\d+$/, "").replace(/^\[(.*)\]$/, "$1");

/**
 * The drops by policy of what these senders sent to the database, one line a connection: TCP tries each several times.
 *
 * @param lines What the agent on the database's node has logged.
 */
export function policyDrops(lines: readonly string[], senders: readonly Sender[], database: string): readonly string[] {
  const destination = hostPort(database, String(DEMO_PORT));
  const drops = lines.flatMap((line) => {
    const flow = line.includes("(Policy denied") ? flowOf(line) : undefined;
    const sender = flow?.to === destination ? senders.find(({ ip }) => ip === addressOf(flow.from)) : undefined;
    return flow === undefined || sender === undefined ? [] : [[flow.from, `${sender.client}: ${line}`] as const];
  });
  // The first line of each connection; a Map keeps the place of the first and the value of the last.
  const byConnection = new Map([...drops].reverse());
  const connections = [...new Set(drops.map(([from]) => from))];
  const kept = connections.map((from) => cutText(byConnection.get(from) ?? "", LINE_BYTES));
  const left = kept.length - DROPS_KEPT;
  return left > 0 ? [...kept.slice(0, DROPS_KEPT), `… and ${left} more`] : kept;
}

/** So many lines of evidence are kept in the state. */
const DROPS_KEPT = 20;
const LINE_BYTES = 300;

const MOST_LINES = 40;
const EXCERPT_BYTES = 7 * 1024;

/** The drop log as a failure shows it: what concerns the database, or the last of all else where nothing does. */
export function dropLogExcerpt(lines: readonly string[], database: string | undefined): string {
  const about = lines.filter((line) => {
    const flow = flowOf(line);
    return flow !== undefined && [flow.from, flow.to].some((end) => addressOf(end) === database);
  });
  if (about.length > 0) return excerpt(about.slice(-MOST_LINES).join("\n"), EXCERPT_BYTES);
  const others =
    lines.length === 0
      ? ""
      : `; the last of the others:\n${excerpt(lines.slice(-MOST_LINES).join("\n"), EXCERPT_BYTES)}`;
  return `no drop of what goes to or comes from protected-db${others}`;
}
