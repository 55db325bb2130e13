import { errorMessage } from "../../components/basics/errorMessage";
import { clustersOf, withoutLost } from "../../components/mesh/model/mesh";
import { warning, type Diagnostic } from "../../components/mesh/model/diagnostic";
import type { Configuration } from "../configuration/schema";
import type { Environment } from "./environment";
import { judgeLeavers, leaversIn } from "./leavers";
import { lastUpOf, type CommandState, type OwnOutputs } from "./ownState";
import { judgeUsersLeft } from "./usersLeft";

type ReadStates = () => Promise<readonly CommandState[]>;

async function judge(
  configuration: Configuration,
  { managed }: Environment,
  seen: readonly string[],
  own: OwnOutputs,
  readStates: ReadStates,
): Promise<readonly Diagnostic[]> {
  const { clusters, etcdUsers } = configuration;
  const last = lastUpOf(own);
  const staying = withoutLost(clustersOf(clusters)).flatMap(({ name }) => (managed.includes(name) ? [name] : []));
  // An up that failed has left no outputs; but the others may know its cluster already.
  const undeclared = seen.filter((name) => !Object.hasOwn(clusters, name));
  const leave = undeclared.length > 0 || last.clusters.some((name) => !managed.includes(name));
  const unmanaged = etcdUsers === "off" && last.etcdUsers.some((name) => staying.includes(name));
  if (!leave && !unmanaged) {
    return [];
  }
  const states = await readStates();
  return [
    ...(leave ? await judgeLeavers(leaversIn(states, managed), configuration) : []),
    ...(unmanaged ? await judgeUsersLeft(states, staying) : []),
  ];
}

/**
 * Judges what the configuration does not have any more and the stack's state still has: clusters that would leave, and users in etcds. Of the
 * configuration alone a preview would see nothing of them.
 *
 * @param seen The clusters whose peer files were seen in others. @param own What the last `up` has left. @param readStates Reads the state's commands, where something
 * needs them.
 */
export async function judgeFormerState(
  configuration: Configuration,
  environment: Environment,
  seen: readonly string[],
  own: OwnOutputs,
  readStates: ReadStates,
): Promise<readonly Diagnostic[]> {
  try {
    return await judge(configuration, environment, seen, own, readStates);
  } catch (error) {
    const reason = `cannot be read (${errorMessage(error)}): clusters that leave are not judged here`;
    const fix = "destroy judges them by their own policy checks, after their peers have removed them";
    return [warning({ property: "the stack's own state", reason, fix })];
  }
}
