import type { Preview } from "../../../../ci/model/preview";

/** A preview against a stack's state that has come to its end. */
export const previewed = (more: Partial<Preview> = {}): Preview => ({
  stack: "staging",
  conditions: "against the stack's state",
  onPaper: false,
  outcome: "succeeded",
  steps: [],
  findings: [],
  stepsLeft: 0,
  findingsLeft: 0,
  ...more,
});
