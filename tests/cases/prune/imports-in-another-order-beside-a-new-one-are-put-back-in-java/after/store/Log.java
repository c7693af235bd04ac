import java.util.ArrayList;
import java.util.List;
import java.util.Map;

class Log {
    List<String> f(Map<String, String> m) {
        return new ArrayList<>(m.keySet());
    }
}
