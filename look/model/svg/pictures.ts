import type { MeshView } from "../view";
import { matrixSvg } from "./matrixSvg";
import { topologySvg } from "./topologySvg";
import { verdictSvg } from "./verdictSvg";

/** Past so many clusters a matrix says more than lines. */
export const DRAWN_UP_TO = 6;

/** The pictures of a mesh, by the names of their files. */
export function pictures(view: MeshView): Readonly<Record<string, string>> {
  const mesh = view.clusters.length <= DRAWN_UP_TO ? topologySvg(view) : matrixSvg(view);
  const { verdicts = [] } = view;
  return {
    "mesh.svg": mesh,
    ...(verdicts.length === 0 ? {} : { "demo.svg": verdictSvg(view.stack, verdicts) }),
  };
}
