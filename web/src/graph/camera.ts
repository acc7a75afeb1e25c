// What part of the picture is in view. Until the user moves it the view keeps showing
// everything; from then on it stays where it was put.

import type { Core, NodeSingular } from 'cytoscape';

/** A small picture is not blown up beyond this. */
const maxFitZoom = 1.25;
const fitPadding = 32;
/** Above and below also the notes and the buttons lie over the picture. */
const fitPaddingY = 58;
/** A node that is brought to the middle is readable. */
const minFocusZoom = 0.8;
const moveMs = 300;

export class Camera {
  readonly #cy: Core;
  #touched = false;

  constructor(cy: Core) {
    this.#cy = cy;
    cy.on('dragpan scrollzoom pinchzoom drag', () => {
      this.#touched = true;
    });
  }

  /** Shows everything again, unless the user moved the view. */
  keep(animated: boolean): void {
    if (!this.#touched) this.#fit(animated);
  }

  /** Shows everything, from now on. */
  fit(): void {
    this.#touched = false;
    this.#fit(true);
  }

  focus(node: NodeSingular): void {
    this.#touched = true;
    this.#cy.stop();
    const zoom = Math.max(this.#cy.zoom(), minFocusZoom);
    const { x, y } = node.position();
    this.#go(zoom, { x: this.#cy.width() / 2 - zoom * x, y: this.#cy.height() / 2 - zoom * y }, true);
  }

  zoom(factor: number): void {
    this.#touched = true;
    const middle = { x: this.#cy.width() / 2, y: this.#cy.height() / 2 };
    this.#cy.zoom({ level: this.#cy.zoom() * factor, renderedPosition: middle });
  }

  #fit(animated: boolean): void {
    const [width, height] = [this.#cy.width(), this.#cy.height()];
    if (this.#cy.nodes().empty() || width === 0 || height === 0) return;
    const box = this.#cy.elements().boundingBox();
    const wanted = Math.min(maxFitZoom, (width - 2 * fitPadding) / box.w, (height - 2 * fitPaddingY) / box.h);
    const zoom = Math.max(this.#cy.minZoom(), wanted);
    this.#go(zoom, { x: (width - zoom * (box.x1 + box.x2)) / 2, y: (height - zoom * (box.y1 + box.y2)) / 2 }, animated);
  }

  #go(zoom: number, pan: { x: number; y: number }, animated: boolean): void {
    this.#cy.stop();
    if (!animated || matchMedia('(prefers-reduced-motion: reduce)').matches) this.#cy.viewport({ zoom, pan });
    else this.#cy.animate({ zoom, pan }, { duration: moveMs, easing: 'ease-in-out' });
  }
}
