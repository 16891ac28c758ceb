/** The cells of JupyterLab's notebooks: read as texts, written as a user would. */

import type { NotebookPanel } from '@jupyterlab/notebook';
import type { Cells } from './actions';
import { INSERT } from './insertaction';
import { type Cell, type Cursor, insertion } from './insertion';
import { DRAGGED, type Place } from './model';

/** Returns the cells of a notebook, in their order. */
export function cellsOf({ content }: NotebookPanel): Cell[] {
  return content.widgets.map(({ model }) => ({
    // One that may not be edited is left alone as one without Python.
    type: model.type === 'code' && model.getMetadata('editable') !== false ? 'code' : 'raw',
    text: model.sharedModel.getSource()
  }));
}

/** Returns the sources of a notebook's code cells. */
export function codeOf({ content }: NotebookPanel): string[] {
  return content.widgets.filter(({ model }) => model.type === 'code').map(({ model }) => model.sharedModel.getSource());
}

/** The cells of the notebook that is in front at that time. */
export class NotebookCells implements Cells {
  readonly action = INSERT;

  constructor(private readonly _front: { readonly notebook: NotebookPanel | null }) {}

  lines(line: string, project: string, assumed: string): string[] {
    const panel = this._front.notebook;
    const [cells, cursor] = panel ? [cellsOf(panel), cursorOf(panel)] : [[], { cell: 0, offset: 0 }];
    return insertion(cells, cursor, { line, project, assumed }).lines;
  }

  insert(line: string, project: string, assumed: string, place?: Place): string[] {
    const panel = this._front.notebook;
    const notebook = panel?.content.model?.sharedModel;
    if (!panel || !notebook) {
      return [];
    }
    const cursor = (place && cursorAt(panel, place)) ?? cursorOf(panel);
    const { lines, before } = insertion(cellsOf(panel), cursor, { line, project, assumed });
    if (lines.length > 0 && before === null) {
      const index = Math.min(cursor.cell + 1, notebook.cells.length);
      notebook.insertCell(index, { cell_type: 'code', source: lines.join('\n') });
      panel.content.activeCellIndex = index;
    } else if (lines.length > 0) {
      const source = notebook.getCell(cursor.cell);
      const rows = source.getSource().split('\n');
      const offset = rows.slice(0, before ?? 0).reduce((sum, row) => sum + row.length + 1, 0);
      // Behind the last line there is no line break yet.
      const isLast = before === rows.length;
      source.updateSource(
        offset - Number(isLast),
        offset - Number(isLast),
        isLast ? `\n${lines.join('\n')}` : `${lines.join('\n')}\n`
      );
      panel.content.activeCellIndex = cursor.cell;
    }
    return lines;
  }
}

/** Takes names that are dropped on a notebook's cells, before an editor takes them as text. */
export function takeDrops({ content }: NotebookPanel, drop: (name: string, place: Place) => void): void {
  const onDrag = (event: DragEvent) => {
    if (event.dataTransfer?.types.includes(DRAGGED)) {
      event.preventDefault();
      event.stopPropagation();
      event.dataTransfer.dropEffect = 'copy';
      if (event.type === 'drop') {
        drop(event.dataTransfer.getData(DRAGGED), event);
      }
    }
  };
  content.node.addEventListener('dragover', onDrag, true);
  content.node.addEventListener('drop', onDrag, true);
}

function cursorOf({ content }: NotebookPanel): Cursor {
  const editor = content.activeCell?.editor;
  return {
    cell: content.activeCellIndex,
    offset: editor ? editor.getOffsetAt(editor.getCursorPosition()) : 0
  };
}

/** Where something was dropped: in a cell's text, or at the end of a cell without an editor there. */
function cursorAt({ content }: NotebookPanel, { clientX, clientY }: Place): Cursor | null {
  const cell = content.widgets.findIndex(({ node }) => {
    const { top, bottom } = node.getBoundingClientRect();
    return clientY >= top && clientY < bottom;
  });
  const editor = content.widgets[cell]?.editor;
  if (cell < 0) {
    return null;
  }
  const position = editor?.getPositionForCoordinate({
    left: clientX,
    right: clientX,
    top: clientY,
    bottom: clientY
  } as never);
  return { cell, offset: position && editor ? editor.getOffsetAt(position) : 0 };
}
