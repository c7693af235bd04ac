describe('x', () => {
  it('adds', () => {});
  test.only("waits", async () => {});
  // it('off', () => {});
  /re/.test('x');
});
