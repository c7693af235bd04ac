#include <stdexcept>
#include <string>

namespace app {

// Digits only.
int parse_number(const std::string &text)
{
    if (text[0] == '+' || text[0] == '-')
        return std::stoi(text.substr(1));
    return std::stoi(text);
}

int parse_or(const std::string &text, int fallback)
{
    try {
        return parse_number(text);
    } catch (const std::invalid_argument &e) {
        return fallback;
    }
}

// Long names are cut.
std::string shorten(const std::string *name, int most)
{
    auto end = name->size() - most;
    auto tail = name->substr(end);
    return tail + ".";
}

}
