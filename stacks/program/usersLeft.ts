import { z } from "zod";
import { errorMessage } from "../../components/basics/errorMessage";
import { parseInput } from "../../components/command/protocol";
import { runCommand } from "../../components/command/runCommand";
import { ENFORCED_BUT_OFF, parseUsersReport } from "../../components/etcdUsers/model/etcdAuthentication";
import { error, warning, type Diagnostic } from "../../components/mesh/model/diagnostic";
import type { CommandState } from "./ownState";

const given = z.object({ cluster: z.string(), lost: z.boolean().default(false) });

/** Asks an etcd with the administrator's credential of the last `up`. */
async function isEnforced({ input, secrets }: CommandState): Promise<boolean> {
  const printed = await runCommand({ script: "etcdUsers", verb: "ask", input, secrets });
  return parseUsersReport(printed).auth === "enforced";
}

async function judge(cluster: string, state: CommandState): Promise<readonly Diagnostic[]> {
  const at = { cluster, property: "clustermesh:etcdUsers", value: "off" };
  const enforced = [error({ ...at, ...ENFORCED_BUT_OFF })];
  try {
    return (await isEnforced(state)) ? enforced : [];
  } catch (failure) {
    if (parseUsersReport(state.stdout).auth === "enforced") {
      return enforced;
    }
    const reason = `removes the users of its peers, and whether its etcd enforces authentication by now could not be asked here (${errorMessage(failure)})`;
    const fix = "it is asked again before they are removed, and where it does they stay";
    return [warning({ ...at, reason, fix })];
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
): Promise<readonly Diagnostic[]> {
  const left = states.flatMap((state) => {
    const parsed = state.name.endsWith("-etcd-users") ? parseInput(given, state.input) : undefined;
    const isLeft = parsed?.success === true && !parsed.data.lost && staying.includes(parsed.data.cluster);
    return isLeft ? [{ cluster: parsed.data.cluster, state }] : [];
  });
  return (await Promise.all(left.map(({ cluster, state }) => judge(cluster, state)))).flat();
}
