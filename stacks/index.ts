export { loadStack, type Loaded } from "./program/load";
export { authorityOutputs, meshOutputs } from "./program/outputs";
export { sparingStackTraces } from "./program/stackTraces";
export { meshOnPaper } from "./program/meshOnPaper";
