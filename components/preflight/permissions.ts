import { Kubectl, printed, type KubectlAccess } from "../kubernetes/kubectl";
import { accessReview, type Right } from "./model/rights";

const ANSWER = /^(true|false)$/;

/**
 * Asks a cluster which of these rights its user lacks: all in one call, before the first of them is needed.
 *
 * @throws Error when it does not say.
 */
export function missingRights(
  access: KubectlAccess,
  rights: readonly Right[],
  limitSeconds: number,
): Promise<readonly Right[]> {
  const stdin = JSON.stringify({ apiVersion: "v1", kind: "List", items: rights.map(accessReview) });
  // Nothing is kept of a review, so it may be asked again as what is read.
  const ask = ["create", "--filename=-", "--validate=false", '--output=jsonpath={.status.allowed}{"\\n"}'];
  return Kubectl.with(access, async (kubectl) => {
    const said = await kubectl.patiently({ limitSeconds, repeat: "always" }, async (silenceSeconds) =>
      printed(ask, await kubectl.attempt(ask, { stdin, silenceSeconds })),
    );
    const answers = said.trim().split("\n");
    if (answers.length !== rights.length || !answers.every((answer) => ANSWER.test(answer))) {
      throw new Error(`${String(rights.length)} questions about permissions have ${String(answers.length)} answers`);
    }
    return rights.filter((_, index) => answers[index] === "false");
  });
}
