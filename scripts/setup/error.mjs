/** A step of setup that could not be done, with what the reader can do about it. */
export class SetupError extends Error {
  constructor(message, advice) {
    super(message);
    this.advice = advice;
  }
}
