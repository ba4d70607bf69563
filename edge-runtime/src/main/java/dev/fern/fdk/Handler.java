package dev.fern.fdk;

import dev.fern.Bundle;
import dev.fern.InvalidDefinitionException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The `Class::method` that an image names in its Cmd, or as the last word of its Entrypoint.
record Handler(String className, String methodName) {
    private static final Pattern FORM =
            Pattern.compile("([\\p{javaJavaIdentifierPart}.]+)::(\\p{javaJavaIdentifierPart}+)");

    /// The image's handler, or null if it names none.
    static @Nullable Handler of(Bundle bundle) {
        for (var words : List.of(bundle.cmd(), bundle.entrypoint())) {
            if (!words.isEmpty()) {
                var form = FORM.matcher(words.getLast().strip());
                if (form.matches()) {
                    return new Handler(form.group(1), form.group(2));
                }
            }
        }
        return null;
    }

    /// Finds the class and runs its static initialisers.
    Class<?> type(ClassLoader loader) throws InvalidDefinitionException {
        Class<?> type;
        try {
            type = Class.forName(className, true, loader);
        } catch (ClassNotFoundException e) {
            throw new InvalidDefinitionException(
                    "class " + className + " is not in the image",
                    "correct cmd in func.yaml, or the jar, and deploy again");
        }
        if (!Modifier.isPublic(type.getModifiers())) {
            throw new InvalidDefinitionException("class " + className + " is not public", "make it public");
        }
        return type;
    }

    /// Finds the method as the FDK does: public, inherited ones too, the only one of its name.
    Method method(Class<?> type) throws InvalidDefinitionException {
        var found = Arrays.stream(type.getMethods())
                .filter(method -> method.getName().equals(methodName) && !method.isBridge())
                .toList();
        if (found.size() > 1) {
            throw new InvalidDefinitionException(
                    "class " + className + " has " + found.size() + " public methods named " + methodName,
                    "give the one that handles events a name of its own and write it into cmd in func.yaml");
        }
        if (found.isEmpty()) {
            throw missing(type);
        }
        var method = found.getFirst();
        if (Modifier.isAbstract(method.getModifiers())
                || Modifier.isAbstract(type.getModifiers()) && !Modifier.isStatic(method.getModifiers())) {
            throw new InvalidDefinitionException(
                    this + " cannot be called because " + className + " is abstract",
                    "name a class that can be made in cmd in func.yaml");
        }
        return method;
    }

    private InvalidDefinitionException missing(Class<?> type) {
        for (var method : type.getDeclaredMethods()) {
            if (method.getName().equals(methodName)) {
                return new InvalidDefinitionException("method " + this + " is not public", "make it public");
            }
        }
        var names = Arrays.stream(type.getMethods())
                .filter(method -> method.getDeclaringClass() != Object.class)
                .map(Method::getName)
                .distinct()
                .sorted()
                .collect(Collectors.joining(", "));
        return new InvalidDefinitionException(
                "class " + className + " has no method " + methodName,
                "correct cmd in func.yaml; its public methods are: " + (names.isEmpty() ? "none" : names));
    }

    @Override
    public String toString() {
        return className + "::" + methodName;
    }
}
