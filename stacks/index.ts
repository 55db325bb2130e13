export { meshArguments } from "./arguments";
export { loadStack, type Loaded } from "./load";
export { authorityOutputs, meshOutputs } from "./outputs";
export { sparingStackTraces } from "./stackTraces";
