#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct cJSON;

namespace doorcall::platform {

/// A JSON value that somebody else owns: to look into it. Looking for what is not there gives an
/// empty view, whose every question is answered with nothing. Lifetime: of the Json it came from.
class JsonView {
 public:
  JsonView() noexcept = default;

  /// The member of an object; names are case sensitive.
  [[nodiscard]] JsonView operator[](const char* key) const noexcept;
  /// The element of an array.
  [[nodiscard]] JsonView at(std::size_t index) const noexcept;
  /// Members of an object, elements of an array, else 0.
  [[nodiscard]] std::size_t size() const noexcept;
  /// The first member or element, and the one after this: to walk over all of them.
  [[nodiscard]] JsonView first() const noexcept;
  [[nodiscard]] JsonView next() const noexcept;
  /// The name under which this is a member, else empty.
  [[nodiscard]] std::string_view key() const noexcept;

  [[nodiscard]] explicit operator bool() const noexcept { return node_ != nullptr; }
  [[nodiscard]] bool is_object() const noexcept;
  [[nodiscard]] bool is_array() const noexcept;
  [[nodiscard]] bool is_null() const noexcept;
  [[nodiscard]] std::optional<std::string_view> text() const noexcept;
  [[nodiscard]] std::optional<bool> boolean() const noexcept;
  /// A number without a fraction; a parsed one within the ±2^53 that JSON numbers carry exactly.
  [[nodiscard]] std::optional<std::int64_t> integer() const noexcept;
  [[nodiscard]] std::optional<double> number() const noexcept;

  /// As JSON on one line, without a newline. Errors: throws std::bad_alloc.
  [[nodiscard]] std::string dump() const;

 private:
  friend class Json;
  explicit JsonView(const cJSON* node) noexcept : node_(node) {}

  const cJSON* node_ = nullptr;
};

/// A JSON value with its storage, to build and to parse. Errors: building throws std::bad_alloc.
class Json {
 public:
  static constexpr std::size_t kDepthMax = 32;

  /// Null.
  Json();
  template <std::same_as<bool> T>
  Json(T value) : Json(boolean(value)) {}  // NOLINT(google-explicit-constructor): values are JSON
  template <std::integral T>
  requires(!std::same_as<T, bool>) Json(T value)
      : Json(integer(std::to_string(value))) {}  // NOLINT(google-explicit-constructor)
  Json(double value);                            // NOLINT(google-explicit-constructor)
  Json(const char* value);                       // NOLINT(google-explicit-constructor)
  Json(std::string_view value);                  // NOLINT(google-explicit-constructor)
  Json(const std::string& value)                 // NOLINT(google-explicit-constructor)
      : Json(std::string_view(value)) {}
  [[nodiscard]] static Json object();
  [[nodiscard]] static Json array();
  [[nodiscard]] static Json copy(JsonView value);

  /// One JSON value of any kind and nothing after it but white space. Errors: empty when the text
  /// is malformed, not UTF-8, nested deeper than kDepthMax, or holds a NUL character.
  [[nodiscard]] static std::optional<Json> parse(std::string_view text);

  /// Adds a member to this object, replacing one of that name; returns *this.
  Json& set(const char* key, Json value);
  /// Adds an element to this array; returns *this.
  Json& push(Json value);

  [[nodiscard]] JsonView view() const noexcept { return JsonView(node_.get()); }
  [[nodiscard]] JsonView operator[](const char* key) const noexcept { return view()[key]; }
  [[nodiscard]] std::string dump() const { return view().dump(); }

 private:
  struct Delete {
    void operator()(cJSON* node) const noexcept;
  };
  explicit Json(cJSON* node);
  [[nodiscard]] static cJSON* boolean(bool value) noexcept;
  [[nodiscard]] static cJSON* integer(const std::string& digits) noexcept;

  std::unique_ptr<cJSON, Delete> node_;
};

}  // namespace doorcall::platform
