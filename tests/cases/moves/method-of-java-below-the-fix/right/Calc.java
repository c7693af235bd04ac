public class Calc {
    static int other(int y) {
        return y * 3;
    }

    static int add(int a, int b) {
        return a + b;
    }

    private static int helper(int x) {
        return x * 2;
    }
}
