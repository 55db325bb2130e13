import { z } from "zod";
import { parseInput } from "../../components/command/protocol";
import { runCommand } from "../../components/command/runCommand";
import { ENFORCED_BUT_OFF, parseUsersReport } from "../../components/etcdUsers/model/etcdAuthentication";
import type { Problem } from "../../components/mesh/model/problem";
import type { CommandState } from "./ownState";

const given = z.object({ cluster: z.string(), lost: z.boolean().default(false) });

/** What there is to say of etcds whose users this run would manage no more. */
export interface UsersLeftFindings {
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

/** Asks an etcd with the administrator's credential of the last `up`. */
async function isEnforced({ input, secrets }: CommandState): Promise<boolean> {
  const printed = await runCommand({ script: "etcdUsers", verb: "ask", input, secrets });
  return parseUsersReport(printed).auth === "enforced";
}

async function findingOf(cluster: string, state: CommandState): Promise<UsersLeftFindings> {
  const problem: Problem = { cluster, property: "clustermesh:etcdUsers", value: "off", ...ENFORCED_BUT_OFF };
  try {
    return { problems: (await isEnforced(state)) ? [problem] : [], warnings: [] };
  } catch (error) {
    if (parseUsersReport(state.stdout).auth === "enforced") {
      return { problems: [problem], warnings: [] };
    }
    const said = error instanceof Error ? error.message : String(error);
    const reason = `removes the users of its peers, and whether its etcd enforces authentication by now could not be asked here (${said})`;
    const fix = "it is asked again before they are removed, and where it does they stay";
    return { problems: [], warnings: [{ ...problem, reason, fix }] };
  }
}

/**
 * Clusters that stay in the mesh and whose users in etcd would be removed: where etcd enforces authentication their peers would be locked out.
 *
 * @param staying The clusters that stay.
 */
export async function judgeUsersLeft(
  states: readonly CommandState[],
  staying: readonly string[],
): Promise<UsersLeftFindings> {
  const left = states.flatMap((state) => {
    const parsed = state.name.endsWith("-etcd-users") ? parseInput(given, state.input) : undefined;
    const isLeft = parsed?.success === true && !parsed.data.lost && staying.includes(parsed.data.cluster);
    return isLeft ? [{ cluster: parsed.data.cluster, state }] : [];
  });
  const found = await Promise.all(left.map(({ cluster, state }) => findingOf(cluster, state)));
  return {
    problems: found.flatMap(({ problems }) => problems),
    warnings: found.flatMap(({ warnings }) => warnings),
  };
}
