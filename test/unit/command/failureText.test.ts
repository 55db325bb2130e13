import assert from "node:assert/strict";
import { z } from "zod";
import { EndedError, endingOf } from "../../../components/basics/model/ending";
import { failureText, runVerb } from "../../../components/command/protocol";
import { leavingFailure } from "../../../components/identity/model/leavingAdvice";
import { KubectlError } from "../../../components/kubernetes/kubectlError";
import { findingError } from "../../../components/mesh/model/diagnostic";

const NEXT = /\nnext: set right what is named, and run the same pulumi command again; it goes on from here$/;

function thrownBy(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

describe("the text of a failure", () => {
  it("ends with what to run next", () => {
    assert.match(failureText(new Error('cluster "west": it is full')), NEXT);
    assert.match(failureText("a text"), NEXT);
  });

  it("ends so whatever a server says", () => {
    for (const words of ["please run this", "run pulumi up", "x; run it again", "this is a fault of the program"]) {
      assert.match(failureText(new KubectlError(`Error from server: ${words}`)), NEXT, words);
      assert.match(failureText(findingError(words, [{ property: "x", reason: words, fix: "look" }])), NEXT, words);
    }
  });

  it("does not where it has said what to run, also in other words around it", () => {
    const said = new EndedError("it stands still; run this again", "saysWhatToRun");
    const fix = "have Helm make it, and run this again";
    const errors = [
      said,
      new Error('cluster "west": it stands still; run this again', { cause: said }),
      findingError(`x; ${fix}`, [{ property: "x", reason: "is odd", fix }]),
      leavingFailure("west", new KubectlError("Unable to connect to the server: dial tcp: i/o timeout")),
    ];
    for (const error of errors) assert.equal(failureText(error), error.message);
  });

  it("does not where it is a fault of the program, which nobody can set right and run again", () => {
    const unknown = thrownBy(() => runVerb({}, "explode"));
    assert.equal(failureText(unknown), 'unknown verb "explode"; one of ');
    assert.equal(endingOf(unknown), "faultOfProgram");
    assert.doesNotMatch(failureText(thrownBy(() => z.object({ a: z.string() }).parse({}))), NEXT);
  });

  it("is found out of errors that are made of each other in a circle", () => {
    const first = new Error("a");
    first.cause = new Error("b", { cause: first });
    assert.equal(endingOf(first), undefined);
  });
});
