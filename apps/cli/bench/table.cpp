#include "bench/summary.h"

#include <algorithm>
#include <cstdio>
#include <functional>

namespace bonafide::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kNameWidth = 30;

/// Lines of cells; the first column is flush left, the others flush right.
class Grid {
  public:
    explicit Grid(std::vector<std::string> header) { add(std::move(header)); }
    void add(std::vector<std::string> cells) { lines_.push_back(std::move(cells)); }
    std::string text() const {
        std::vector<std::size_t> widths;
        for (const auto& line : lines_) {
            widths.resize(std::max(widths.size(), line.size()));
            for (std::size_t i = 0; i < line.size(); ++i) {
                widths[i] = std::max(widths[i], line[i].size());
            }
        }
        std::string text;
        for (const auto& line : lines_) {
            std::string row;
            for (std::size_t i = 0; i < line.size(); ++i) {
                const std::string room(widths[i] - line[i].size(), ' ');
                row += i == 0 ? line[i] + room : "  " + room + line[i];
            }
            row.erase(row.find_last_not_of(' ') + 1);
            text += row + "\n";
        }
        return text;
    }

  private:
    std::vector<std::vector<std::string>> lines_;
};

std::string share(const Json& value) {
    char text[32] = "-";
    if (value.is_number()) {
        std::snprintf(text, sizeof text, "%.3f", value.get<double>());
    }
    return text;
}

std::string percent(const Json& value) {
    char text[32] = "-";
    if (value.is_number()) {
        std::snprintf(text, sizeof text, "%.1f %%", 100 * value.get<double>());
    }
    return text;
}

std::string with_interval(const Json& value, const Json& interval) {
    return interval.is_array() ? share(value) + " [" + share(interval[0]) + ", " + share(interval[1]) + "]"
                               : share(value);
}

std::string count(const Json& value) {
    return std::to_string(value.get<std::size_t>());
}

/// A kind comes from the manifest: one short word without control characters.
std::string shown(const Json& name) {
    std::string text = name.is_string() ? name.get<std::string>() : "all";
    std::replace_if(
        text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; }, '?');
    return text.substr(0, kNameWidth);
}

std::string overview(const Json& pass) {
    Grid grid({"analyzer", "ran", "n/a", "failed", "score", "AUC [95 %]", "AUC main", "EER", "found 2 %", "F1 best",
               "F1 128", "IoU 128", "MCC 128", "alarm area"});
    for (const Json& entry : pass["analyzers"]) {
        const Json& where = entry["localisation"];
        grid.add({shown(entry["analyzer"]), count(entry["ran"]), count(entry["not_applicable"]), count(entry["failed"]),
                  shown(entry["score"]), with_interval(entry["auc"], entry["auc_interval"]),
                  share(entry["main_measurement_auc"]), share(entry["eer"]), percent(entry["found_at_2_percent"]),
                  share(where["f1_best"]), share(where["f1_fixed"]), share(where["iou_fixed"]),
                  share(where["mcc_fixed"]), percent(where["alarm_area"])});
    }
    return grid.text();
}

/// One table a figure: analyzers down, kinds across. Empty where no cell holds anything.
std::string by_kind(const Json& pass, const std::string& title, bool of_manipulated,
                    const std::function<std::string(const Json&)>& cell) {
    std::vector<std::string> header = {title};
    for (const Json& kind : pass["analyzers"][0]["kinds"]) {
        if (kind["is_manipulated"] == of_manipulated) {
            header.push_back(shown(kind["kind"]));
        }
    }
    if (header.size() < 2) {
        return {};
    }
    Grid grid(std::move(header));
    bool anything = false;
    for (const Json& entry : pass["analyzers"]) {
        bool said = false;
        std::vector<std::string> line = {shown(entry["analyzer"])};
        for (const Json& kind : entry["kinds"]) {
            if (kind["is_manipulated"] == of_manipulated) {
                line.push_back(cell(kind));
                said = said || line.back() != "-";
            }
        }
        if (said) {
            grid.add(std::move(line));
            anything = true;
        }
    }
    return anything ? "\n" + grid.text() : std::string();
}

/// Where no group holds both classes, nothing.
std::string order(const Json& pass) {
    Grid grid({"groups", "of both", "in order [95 %]"});
    bool anything = false;
    for (const Json& entry : pass["analyzers"]) {
        if (entry["groups_of_both"] > 0) {
            grid.add({shown(entry["analyzer"]), count(entry["groups_of_both"]),
                      with_interval(entry["in_order"], entry["in_order_interval"])});
            anything = true;
        }
    }
    return anything ? "\n" + grid.text() : std::string();
}

std::string verdicts(const Json& pass) {
    Grid grid({"verdicts", "n", "manipulated", "authentic", "inconclusive", "not judged", "failed", "APCER/BPCER",
               "of answered"});
    for (const Json& entry : pass["verdicts"]) {
        if (entry["n"] == 0) {
            continue;
        }
        const bool manipulated = entry["is_manipulated"];
        const std::string rate = manipulated ? "apcer" : "bpcer";
        grid.add({(manipulated ? "manipulated: " : "genuine: ") + shown(entry["kind"]), count(entry["n"]),
                  count(entry["called_manipulated"]), count(entry["called_authentic"]), count(entry["inconclusive"]),
                  count(entry["not_judged"]), count(entry["failed"]), percent(entry[rate]),
                  percent(entry[rate + "_of_answered"])});
    }
    return "\n" + grid.text();
}

std::string calibration(const Json& pass) {
    Grid grid({"calibration", "minDCF", "actDCF", "Cllr"});
    bool anything = false;
    for (const Json& entry : pass["analyzers"]) {
        if (entry.contains("cllr") && entry["cllr"].is_number()) {
            grid.add(
                {shown(entry["analyzer"]), share(entry["min_dcf"]), share(entry["act_dcf"]), share(entry["cllr"])});
            anything = true;
        }
    }
    return anything ? "\n" + grid.text() : std::string();
}

}  // namespace

std::string table_of(const Json& pass) {
    return overview(pass) + by_kind(pass, "AUC", true, [](const Json& kind) { return share(kind["auc"]); }) +
           by_kind(pass, "found 2 %", true, [](const Json& kind) { return percent(kind["found_at_2_percent"]); }) +
           by_kind(pass, "F1 best", true, [](const Json& kind) { return share(kind["localisation"]["f1_best"]); }) +
           by_kind(pass, "F1 128", true, [](const Json& kind) { return share(kind["localisation"]["f1_fixed"]); }) +
           by_kind(pass, "alarm area", false,
                   [](const Json& kind) { return percent(kind["localisation"]["alarm_area"]); }) +
           by_kind(pass, "area > 1 %", false,
                   [](const Json& kind) { return percent(kind["localisation"]["alarm_area_over_1_percent"]); }) +
           order(pass) + calibration(pass) + verdicts(pass);
}

}  // namespace bonafide::cli
