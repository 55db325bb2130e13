import { LINES_UP_TO } from "../../../components/mesh/model/topology";
import type { MeshView } from "../view";
import { matrixSvg } from "./matrixSvg";
import { topologySvg } from "./topologySvg";
import { verdictSvg } from "./verdictSvg";

/** The pictures of a mesh, by the names of their files. */
export function pictures(view: MeshView): Readonly<Record<string, string>> {
  const mesh = view.clusters.length <= LINES_UP_TO ? topologySvg(view) : matrixSvg(view);
  const { verdicts = [] } = view;
  return {
    "mesh.svg": mesh,
    ...(verdicts.length === 0 ? {} : { "demo.svg": verdictSvg(view.stack, verdicts) }),
  };
}
