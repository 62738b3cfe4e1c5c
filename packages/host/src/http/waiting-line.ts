/** A place in a {@link WaitingLine}. */
export interface LinePlace {
  ahead: this | undefined;
  behind: this | undefined;
}

/**
 * A line that anybody may leave from the middle. A Map keeps an order too, but each walk from its start passes
 * over all that was deleted there.
 */
export class WaitingLine<Place extends LinePlace> {
  #first: Place | undefined;
  #last: Place | undefined;

  get first(): Place | undefined {
    return this.#first;
  }

  join(place: Place): void {
    place.ahead = this.#last;
    place.behind = undefined;
    if (this.#last === undefined) this.#first = place;
    else this.#last.behind = place;
    this.#last = place;
  }

  leave(place: Place): void {
    const { ahead, behind } = place;
    if (ahead === undefined) this.#first = behind;
    else ahead.behind = behind;
    if (behind === undefined) this.#last = ahead;
    else behind.ahead = ahead;
    place.ahead = undefined;
    place.behind = undefined;
  }

  clear(): void {
    this.#first = undefined;
    this.#last = undefined;
  }
}
