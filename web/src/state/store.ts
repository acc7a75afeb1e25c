// Holds the state and tells one subscriber that it changed, at most once a frame: a
// burst of documents is drawn once, and a hidden tab draws nothing until it is seen.

import { initial, reduce, type Action, type State } from './state.ts';

export interface Store {
  state(): State;
  dispatch(action: Action): void;
}

export function createStore(changed: (state: State) => void): Store {
  let state = initial;
  let scheduled = false;
  return {
    state: () => state,
    dispatch(action) {
      state = reduce(state, action);
      if (scheduled) return;
      scheduled = true;
      requestAnimationFrame(() => {
        scheduled = false;
        changed(state);
      });
    },
  };
}
