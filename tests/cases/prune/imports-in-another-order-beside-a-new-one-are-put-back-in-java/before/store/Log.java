import java.util.Map;
import java.util.List;

class Log {
    List<String> f(Map<String, String> m) {
        return null;
    }
}
