function run() {
  console.log('start');
  const x = 1;
  const y = 2;
  return x + y;
}

exports.add = (a, b) => a - b;
