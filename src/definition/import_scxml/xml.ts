/** XML text as a tree of elements that know their line. */
import { SaxesParser } from "saxes";

export interface XmlElement {
  /** Name without prefix. */
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: XmlElement[];
  /** Own text and CDATA, in order, without that of children. */
  text: string;
  /** 1-based line of the start tag. */
  readonly line: number;
}

const TEXT_LENGTH_MAX = 256 * 1024;
const DEPTH_MAX = 64;

/** Throws an `Error` with line and column when the text is not well-formed, or over 256 KiB or 64 levels deep. */
export function parseXml(text: string): XmlElement {
  if (text.length > TEXT_LENGTH_MAX) {
    throw new Error(`Cannot read XML of ${text.length} characters: at most ${TEXT_LENGTH_MAX}`);
  }
  const parser = new SaxesParser({ xmlns: true });
  const open: XmlElement[] = [];
  let root: XmlElement | null = null;
  let line = 1;
  parser.on("error", (error) => {
    throw new Error(`Cannot read XML: ${error.message}`);
  });
  parser.on("opentagstart", () => {
    line = parser.line;
  });
  parser.on("opentag", (tag) => {
    const attributes = new Map(
      Object.values(tag.attributes).map((attribute) => [attribute.local, attribute.value]),
    );
    const element: XmlElement = { name: tag.local, attributes, children: [], text: "", line };
    if (open.length >= DEPTH_MAX) {
      throw new Error(`Cannot read XML at line ${line}: more than ${DEPTH_MAX} levels deep`);
    }
    if (open.length === 0) root = element;
    open.at(-1)?.children.push(element);
    open.push(element);
  });
  parser.on("closetag", () => void open.pop());
  const addText = (part: string) => {
    const element = open.at(-1);
    if (element !== undefined) element.text += part;
  };
  parser.on("text", addText);
  parser.on("cdata", addText);
  parser.write(text).close();
  if (root === null) throw new Error("Cannot read XML: no element in it");
  return root;
}
