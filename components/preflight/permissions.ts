import type { ApiAccess } from "../kubernetes/clusterApi";
import { withCluster } from "../kubernetes/kubectlApi";
import { accessReview, type Right } from "./model/rights";

const ANSWER = /^(true|false)$/;

/**
 * Asks a cluster which of these rights its user lacks: all in one call, before the first of them is needed.
 *
 * @throws Error when it does not answer each of them.
 */
export function missingRights(
  access: ApiAccess,
  rights: readonly Right[],
  limitSeconds: number,
): Promise<readonly Right[]> {
  return withCluster(access, async (api) => {
    const answers = await api.reviewAccess(rights.map(accessReview), limitSeconds);
    if (answers.length !== rights.length || !answers.every((answer) => ANSWER.test(answer))) {
      throw new Error(`${rights.length} questions about permissions have ${answers.length} answers`);
    }
    return rights.filter((_, index) => answers[index] === "false");
  });
}
