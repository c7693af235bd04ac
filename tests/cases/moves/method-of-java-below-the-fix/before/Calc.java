public class Calc {
    private static int helper(int x) {
        return x * 2;
    }

    static int other(int y) {
        return y * 3;
    }

    static int add(int a, int b) {
        return a - b;
    }
}
