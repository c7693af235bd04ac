function helper(x) {
  return x * 2;
}

exports.add = (a, b) => a - b;
exports.helper = helper;
