function run() {
  const x = 1;
  const y = 2;
  console.log('start');
  return x + y;
}

exports.add = (a, b) => a + b;
