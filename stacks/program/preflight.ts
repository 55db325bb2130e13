import { inspectMesh, type Preflight } from "../../components";
import type { Configuration } from "../configuration/schema";
import { meshDescription } from "./arguments";
import type { Environment } from "./environment";
import { judgeFormerState } from "./formerState";
import { commandStates, meshedBefore, readOwnOutputs, unreadOutputs } from "./ownState";
import { rangesBefore } from "./rangesBefore";

/**
 * Inspects the clusters of a stack, with what its last `up` has left.
 *
 * @param writes Whether the run goes on to write: then what it may not do is an error by now.
 */
export async function preflight(
  configuration: Configuration,
  environment: Environment,
  writes = false,
): Promise<Preflight> {
  const mesh = { description: meshDescription(configuration, environment), managed: environment.managed };
  const reading = readOwnOutputs();
  let states: ReturnType<typeof commandStates> | undefined;
  // The state of a large mesh is long: it is read once, and where something needs it.
  const readStates = () => (states ??= commandStates());
  const meshedClusters = reading.then(meshedBefore);
  const ranges = () => rangesBefore(readStates);
  const [live, own] = await Promise.all([inspectMesh(mesh, { writes, meshedClusters, rangesBefore: ranges }), reading]);
  const former =
    configuration.wait.preflight === false
      ? []
      : await judgeFormerState(configuration, environment, live.seenPeers, own, readStates);
  return { ...live, diagnostics: [...live.diagnostics, ...unreadOutputs(own), ...former] };
}
