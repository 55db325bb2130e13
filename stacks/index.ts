export { loadStack, type Loaded } from "./load";
export { meshClusters } from "./providers";
